import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, test } from 'node:test';
import { createCanaries, type CanaryKind } from '../../tools/prove/canaries.ts';
import { searchPlaces, type Place } from '../../tools/prove/places.ts';
import { foldName } from '../../src/domain/people/user.ts';

const place = (content: string | Buffer, overrides: Partial<Place> = {}): Place => ({
  ...{ kind: 'log', name: 'a log', content: Buffer.from(content), items: 1 },
  ...{ mayHoldDomains: false, showsSecrets: false, ...overrides },
});

function createRegions() {
  const canaries = new Map(['alpha', 'beta'].map((region) => [region, createCanaries()]));
  const [alpha, beta] = [canaries.get('alpha')!, canaries.get('beta')!];
  const found = (...places: Place[]) => searchPlaces([{ region: 'beta', moment: 'at the end', places }], canaries);
  return { alpha, beta, found };
}

describe('the search for canaries of another region', () => {
  const { alpha, found } = createRegions();
  const name = alpha.plant('first name');
  const long = `Élodie ${name}, née Müller`;
  const inJson = JSON.stringify({ name: long, control: '\u2028' });

  const forms: [label: string, content: string | Buffer][] = [
    ['in plain text', long],
    ['in uppercase', long.toUpperCase()],
    ['folded like a name', foldName(long)],
    ['in JSON', inJson],
    ['in JSON nested in JSON', JSON.stringify(inJson)],
    ['in UTF-16, little-endian', Buffer.from(long, 'utf16le')],
    ['in UTF-16, big-endian', Buffer.from(long, 'utf16le').swap16()],
    ['in hexadecimal', Buffer.from(long).toString('hex')],
    ['in uppercase hexadecimal', Buffer.from(long).toString('hex').toUpperCase()],
    ...[0, 1, 2].map((lead): [string, string] => [
      `in base64, after ${lead} other bytes`,
      Buffer.from('x'.repeat(lead) + long).toString('base64'),
    ]),
    ['in base64url', Buffer.from(long).toString('base64url')],
    ['in URL encoding', encodeURIComponent(long)],
    ['in URL encoding of every letter', [...Buffer.from(name)].map((byte) => `%${byte.toString(16)}`).join('')],
    ['without its beginning', name.slice(5)],
    ['without its end', name.slice(0, -5)],
    [
      'between bytes that are not text',
      Buffer.concat([Buffer.from([0xff, 0xfe, 0]), Buffer.from(name), Buffer.from([0xc3])]),
    ],
  ];
  for (const [label, content] of forms) {
    test(`finds a canary ${label}`, () => {
      const [finding] = found(place(content)).findings;
      assert.deepEqual(
        finding && [finding.canaryOf, finding.foundIn, finding.place],
        ['alpha', 'beta', 'a log, at the end'],
        label,
      );
    });
  }

  for (const [label, content] of [
    ['across two lines of an email', `${name.slice(0, 9)}=\r\n${name.slice(9)}`],
    [
      'in base64 across two lines',
      Buffer.from(long)
        .toString('base64')
        .replace(/^(.{14})/, '$1\r\n '),
    ],
  ] as const) {
    test(`finds a canary ${label}`, () => assert.equal(found(place(content, { kind: 'mails' })).findings.length, 1));
  }

  test('reports the field of a canary but not its value', () => {
    const { findings } = found(place(long));
    assert.deepEqual(
      findings.map(({ field }) => field),
      ['first name'],
    );
    assert.ok(!JSON.stringify(findings).includes(name));
  });

  test('finds the shared marker if the rest of a canary is missing', () => {
    const { findings } = found(place(alpha.marker('person')));
    assert.deepEqual(
      findings.map(({ field }) => field),
      ['an unidentified field'],
    );
  });

  test('reports neither a canary in its own region nor other text', () => {
    const { beta, found: search } = createRegions();
    const own = beta.plant('first name');
    assert.deepEqual(search(place(own), place(name), place('x'.repeat(10_000)), place('')).findings, []);
  });
});

describe('findings by kind of canary and place', () => {
  const kinds: [kind: CanaryKind, overrides: Partial<Place>, ofAlpha: boolean, ofBeta: boolean][] = [
    ['person', {}, true, false],
    ['secret', {}, true, true],
    ['token', {}, true, true],
    ['domain', {}, true, false],
    ['domain', { mayHoldDomains: true }, false, false],
    ['person', { mayHoldDomains: true }, true, false],
    ['secret', { showsSecrets: true }, true, false],
    ['token', { showsSecrets: true }, true, false],
  ];
  for (const [kind, overrides, ofAlpha, ofBeta] of kinds) {
    const expected = [...(ofAlpha ? ['alpha'] : []), ...(ofBeta ? ['beta'] : [])].join(' and ') || 'neither region';
    test(`include a canary of kind ${kind} of ${expected} in a place of beta with ${JSON.stringify(overrides)}`, () => {
      const { alpha, beta, found } = createRegions();
      const text = [alpha.plant('a field', kind), beta.plant('a field', kind)].join(' ');
      const { findings } = found(place(text, overrides));
      assert.deepEqual(
        ['alpha', 'beta'].map((region) => findings.some(({ canaryOf }) => canaryOf === region)),
        [ofAlpha, ofBeta],
      );
    });
  }

  test('do not include a control that was found, which is reported under controls', () => {
    const { alpha, found } = createRegions();
    const { findings, controls } = found(place(alpha.plant('control sample', 'control')));
    assert.deepEqual([findings.length, controls.length], [0, 1]);
  });

  test('include a temporary password in every spelling and its unsalted digest', () => {
    const { beta, found } = createRegions();
    const password = beta.track('temporary password', 'secret', 'ABCD-EFGH-JKLM-NPQR-STUV');
    const bare = password.replaceAll('-', '');
    for (const text of [password, bare, bare.toLowerCase(), hash('sha256', password), hash('sha256', bare, 'base64')])
      assert.deepEqual(
        found(place(text)).findings.map(({ field }) => field),
        ['temporary password'],
        text,
      );
  });

  test('require a string that is long enough to be tracked', () => {
    assert.throws(() => createRegions().alpha.track('id', 'person', ''), /Too short to track/);
  });
});
