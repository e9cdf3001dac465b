import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { createCanaries, type CanaryKind } from '../../tools/prove/canaries.ts';
import { searchPlaces, type Snapshot, type Place } from '../../tools/prove/places.ts';

const place = (content: string | Buffer, overrides: Partial<Place> = {}): Place => ({
  ...{ kind: 'mails', name: 'a place', content: Buffer.from(content), items: 1 },
  ...{ mayHoldDomains: false, showsSecrets: false, ...overrides },
});
const base32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const token = 'ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345';

function search(
  snapshots: readonly Omit<Snapshot, 'moment'>[],
  canariesOf: ReadonlyMap<string, ReturnType<typeof createCanaries>>,
) {
  const all = snapshots.map((look, index) => ({ ...look, moment: `moment ${index}` }));
  return searchPlaces(all, canariesOf).findings.map(({ foundIn, place: where }) => [foundIn, where].join(': '));
}

describe("the search for a region's own secrets", () => {
  const bytes = randomBytes(20);
  for (const [label, content] of [
    ['in base32', base32],
    ['in lowercase base32', base32.toLowerCase()],
    ['as bytes', bytes],
    ['as bytes between other bytes', Buffer.concat([Buffer.from('x'), bytes, Buffer.from('y')])],
    ['in hexadecimal', bytes.toString('hex')],
    ['in uppercase hexadecimal', bytes.toString('hex').toUpperCase()],
    ['in base64', bytes.toString('base64')],
    ['in base64 after other bytes', Buffer.concat([Buffer.from('x'), bytes]).toString('base64')],
    ['by its unsalted digest', hash('sha256', base32)],
  ] as const) {
    test(`finds a TOTP seed ${label}`, () => {
      const canaries = createCanaries();
      canaries.track('seed', 'secret', base32, bytes);
      assert.deepEqual(search([{ region: 'alpha', places: [place(content)] }], new Map([['alpha', canaries]])), [
        'alpha: a place, moment 0',
      ]);
    });
  }
});

describe('a mailed one-time link', () => {
  const canaries = createCanaries();
  canaries.track('one-time link that was mailed', 'mailed', token);
  const beta = createCanaries();
  const canariesOf = new Map([
    ['alpha', canaries],
    ['beta', beta],
  ]);
  const mail = (text = token): Place => place(`Hello\n/link/${text}`, { holdsLink: true });
  const table: [label: string, snapshots: Omit<Snapshot, 'moment'>[], findings: number][] = [
    ['is allowed in the email that delivers it', [{ region: 'alpha', places: [mail()] }], 0],
    ['is allowed in that email in later snapshots', [1, 2].map(() => ({ region: 'alpha', places: [mail()] })), 0],
    ['is not allowed in a second email', [{ region: 'alpha', places: [mail(), mail()] }], 1],
    ['is not allowed in an email that delivers no link', [{ region: 'alpha', places: [place(token)] }], 1],
    ['is not allowed in a store', [{ region: 'alpha', places: [mail(), place(token, { kind: 'database table' })] }], 1],
    ['is not allowed as an unsalted digest', [{ region: 'alpha', places: [place(hash('sha256', token))] }], 1],
    [
      'is not allowed in a response',
      [{ region: 'alpha', places: [place(token, { kind: 'answers', showsSecrets: true })] }],
      1,
    ],
    ['is not allowed in an email of the other region', [{ region: 'beta', places: [mail()] }], 1],
  ];
  for (const [label, snapshots, findings] of table)
    test(label, () => assert.equal(search(snapshots, canariesOf).length, findings, label));

  test('does not make a password in the same email acceptable', () => {
    const password = canaries.track('temporary password', 'secret', 'QRST-UVWX-YZ23-4567-89AB');
    assert.equal(search([{ region: 'alpha', places: [mail(`${token} ${password}`)] }], canariesOf).length, 1);
  });
});

describe('the search for canaries of the moving tenant', () => {
  const moves = (overrides: Partial<Place>, kind: CanaryKind, guests: string[]) => {
    const canaries = createCanaries();
    const canariesOf = new Map([
      ['alpha', createCanaries()],
      ['the moving tenant', canaries],
    ]);
    return search(
      [{ region: 'alpha', guests, places: [place(canaries.plant('a field', kind), overrides)] }],
      canariesOf,
    );
  };
  const home = ['the moving tenant'];
  const table: [label: string, kind: CanaryKind, overrides: Partial<Place>, guests: string[], found: boolean][] = [
    ['allows a name while the tenant is in the region', 'person', {}, home, false],
    ['reports a name while the tenant is not in the region', 'person', {}, [], true],
    ['reports a name in a record of the move', 'person', { mayHoldMoves: true }, [], true],
    ['allows the id in a record of the move', 'moved', { mayHoldMoves: true }, [], false],
    ['reports the id anywhere else', 'moved', {}, [], true],
    ['reports the id in a place for domains only', 'moved', { mayHoldDomains: true }, [], true],
    ['reports a password, even while the tenant is in the region', 'secret', {}, home, true],
    ['reports a name in the encrypted bundle', 'person', { encrypted: true }, home, true],
    ['reports the id in the encrypted bundle', 'moved', { encrypted: true }, home, true],
  ];
  for (const [label, kind, overrides, guests, found] of table)
    test(label, () => assert.equal(moves(overrides, kind, guests).length, found ? 1 : 0, label));

  test('assesses each snapshot separately', () => {
    const canaries = createCanaries();
    const name = canaries.plant('a name');
    const canariesOf = new Map([
      ['alpha', createCanaries()],
      ['the moving tenant', canaries],
    ]);
    const look = (guests: string[]) => ({ region: 'alpha', guests, places: [place(name)] });
    assert.deepEqual(search([look(home), look([]), look(home)], canariesOf), ['alpha: a place, moment 1']);
  });
});
