import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { createCanaries, type CanaryKind } from '../../tools/prove/canaries.ts';
import { searchPlaces, type Look, type Place } from '../../tools/prove/places.ts';

const place = (content: string | Buffer, wishes: Partial<Place> = {}): Place => ({
  ...{ kind: 'mails', name: 'a place', content: Buffer.from(content), items: 1 },
  ...{ mayHoldDomains: false, showsSecrets: false, ...wishes },
});
const base32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const token = 'ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345';

function search(
  looks: readonly Omit<Look, 'moment'>[],
  canariesOf: ReadonlyMap<string, ReturnType<typeof createCanaries>>,
) {
  const all = looks.map((look, index) => ({ ...look, moment: `moment ${index}` }));
  return searchPlaces(all, canariesOf).findings.map(({ foundIn, place: where }) => [foundIn, where].join(': '));
}

describe('a seed is found in its own region', () => {
  const bytes = randomBytes(20);
  for (const [label, content] of [
    ['as people type it', base32],
    ['in small letters', base32.toLowerCase()],
    ['as bytes', bytes],
    ['as bytes between others', Buffer.concat([Buffer.from('x'), bytes, Buffer.from('y')])],
    ['in hexadecimal', bytes.toString('hex')],
    ['in hexadecimal capitals', bytes.toString('hex').toUpperCase()],
    ['in base64', bytes.toString('base64')],
    ['in base64 behind a beginning', Buffer.concat([Buffer.from('x'), bytes]).toString('base64')],
    ['by its plain digest', hash('sha256', base32)],
  ] as const) {
    test(label, () => {
      const canaries = createCanaries();
      canaries.learn('seed', 'secret', base32, bytes);
      assert.deepEqual(search([{ region: 'alpha', places: [place(content)] }], new Map([['alpha', canaries]])), [
        'alpha: a place, moment 0',
      ]);
    });
  }
});

describe('a link that was mailed', () => {
  const canaries = createCanaries();
  canaries.learn('one-time link that was mailed', 'mailed', token);
  const beta = createCanaries();
  const canariesOf = new Map([
    ['alpha', canaries],
    ['beta', beta],
  ]);
  const mail = (text = token): Place => place(`Hello\n/link/${text}`, { bringsLink: true });
  const table: [label: string, looks: Omit<Look, 'moment'>[], findings: number][] = [
    ['may stand in the mail that brings it', [{ region: 'alpha', places: [mail()] }], 0],
    ['and at another moment still', [1, 2].map(() => ({ region: 'alpha', places: [mail()] })), 0],
    ['and in no second mail', [{ region: 'alpha', places: [mail(), mail()] }], 1],
    ['nor in a mail of another kind', [{ region: 'alpha', places: [place(token)] }], 1],
    ['nor in a store', [{ region: 'alpha', places: [mail(), place(token, { kind: 'database table' })] }], 1],
    ['nor by its plain digest', [{ region: 'alpha', places: [place(hash('sha256', token))] }], 1],
    ['nor in an answer', [{ region: 'alpha', places: [place(token, { kind: 'answers', showsSecrets: true })] }], 1],
    ['nor in a mail of the other region', [{ region: 'beta', places: [mail()] }], 1],
  ];
  for (const [label, looks, findings] of table)
    test(label, () => assert.equal(search(looks, canariesOf).length, findings, label));

  test('excuses no password in the same mail', () => {
    const password = canaries.learn('temporary password', 'secret', 'QRST-UVWX-YZ23-4567-89AB');
    assert.equal(search([{ region: 'alpha', places: [mail(`${token} ${password}`)] }], canariesOf).length, 1);
  });
});

describe('the company that moves', () => {
  const moves = (wishes: Partial<Place>, kind: CanaryKind, guests: string[]) => {
    const canaries = createCanaries();
    const canariesOf = new Map([
      ['alpha', createCanaries()],
      ['the mover', canaries],
    ]);
    return search([{ region: 'alpha', guests, places: [place(canaries.plant('a field', kind), wishes)] }], canariesOf);
  };
  const home = ['the mover'];
  const table: [label: string, kind: CanaryKind, wishes: Partial<Place>, guests: string[], found: boolean][] = [
    ['a name where it is at home', 'person', {}, home, false],
    ['a name where it is not yet, or no more', 'person', {}, [], true],
    ['a name where the fact of the move may be', 'person', { tellsMoves: true }, [], true],
    ['the fact of the move where it may be', 'moved', { tellsMoves: true }, [], false],
    ['the fact of the move anywhere else', 'moved', {}, [], true],
    ['the fact of the move where only domains may be', 'moved', { mayHoldDomains: true }, [], true],
    ['a password at home', 'secret', {}, home, true],
    ['a name in the bundle, at home', 'person', { sealed: true }, home, true],
    ['the fact of the move in the bundle', 'moved', { sealed: true }, home, true],
  ];
  for (const [label, kind, wishes, guests, found] of table)
    test(label, () => assert.equal(moves(wishes, kind, guests).length, found ? 1 : 0, label));

  test('is told from one moment to the next', () => {
    const canaries = createCanaries();
    const name = canaries.plant('a name');
    const canariesOf = new Map([
      ['alpha', createCanaries()],
      ['the mover', canaries],
    ]);
    const look = (guests: string[]) => ({ region: 'alpha', guests, places: [place(name)] });
    assert.deepEqual(search([look(home), look([]), look(home)], canariesOf), ['alpha: a place, moment 1']);
  });
});
