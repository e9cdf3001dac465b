import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, test } from 'node:test';
import { createCanaries, type CanaryKind } from '../../tools/prove/canaries.ts';
import { searchPlaces, type Place } from '../../tools/prove/places.ts';
import { foldName } from '../../src/domain/people/user.ts';

const place = (content: string | Buffer, wishes: Partial<Place> = {}): Place => ({
  ...{ kind: 'log', name: 'a log', content: Buffer.from(content), items: 1 },
  ...{ mayHoldDomains: false, showsSecrets: false, ...wishes },
});

function regions() {
  const canaries = new Map(['alpha', 'beta'].map((region) => [region, createCanaries()]));
  const [alpha, beta] = [canaries.get('alpha')!, canaries.get('beta')!];
  const found = (...places: Place[]) => searchPlaces([{ region: 'beta', moment: 'at the end', places }], canaries);
  return { alpha, beta, found };
}

describe('a canary of another region is found', () => {
  const { alpha, found } = regions();
  const name = alpha.plant('first name');
  const long = `Élodie ${name}, née Müller`;
  const inJson = JSON.stringify({ name: long, control: '\u2028' });

  const forms: [label: string, content: string | Buffer][] = [
    ['as it is', long],
    ['in capitals', long.toUpperCase()],
    ['folded as names are', foldName(long)],
    ['in JSON', inJson],
    ['in JSON within JSON', JSON.stringify(inJson)],
    ['in UTF-16, the lesser byte first', Buffer.from(long, 'utf16le')],
    ['in UTF-16, the greater byte first', Buffer.from(long, 'utf16le').swap16()],
    ['in hexadecimal', Buffer.from(long).toString('hex')],
    ['in hexadecimal capitals', Buffer.from(long).toString('hex').toUpperCase()],
    ...[0, 1, 2].map((lead): [string, string] => [
      `in base64, ${lead} bytes behind a beginning`,
      Buffer.from('x'.repeat(lead) + long).toString('base64'),
    ]),
    ['in base64 for addresses', Buffer.from(long).toString('base64url')],
    ['in URL encoding', encodeURIComponent(long)],
    ['in URL encoding, every letter', [...Buffer.from(name)].map((byte) => `%${byte.toString(16)}`).join('')],
    ['without its beginning', name.slice(5)],
    ['without its end', name.slice(0, -5)],
    [
      'between bytes that are no text',
      Buffer.concat([Buffer.from([0xff, 0xfe, 0]), Buffer.from(name), Buffer.from([0xc3])]),
    ],
  ];
  for (const [label, content] of forms) {
    test(label, () => {
      const [finding] = found(place(content)).findings;
      assert.deepEqual(
        finding && [finding.canaryOf, finding.foundIn, finding.place],
        ['alpha', 'beta', 'a log, at the end'],
        label,
      );
    });
  }

  for (const [label, content] of [
    ['over two lines of a mail', `${name.slice(0, 9)}=\r\n${name.slice(9)}`],
    [
      'in base64 over two lines',
      Buffer.from(long)
        .toString('base64')
        .replace(/^(.{14})/, '$1\r\n '),
    ],
  ] as const) {
    test(label, () => assert.equal(found(place(content, { kind: 'mails' })).findings.length, 1));
  }

  test('by its field, without itself', () => {
    const { findings } = found(place(long));
    assert.deepEqual(
      findings.map(({ field }) => field),
      ['first name'],
    );
    assert.ok(!JSON.stringify(findings).includes(name));
  });

  test('even where no more is left of it than what all have in common', () => {
    const { findings } = found(place(alpha.marker('person')));
    assert.deepEqual(
      findings.map(({ field }) => field),
      ['a field that can no longer be told'],
    );
  });

  test('and nothing else is: neither a canary at home, nor what only looks like one', () => {
    const { beta, found: search } = regions();
    const own = beta.plant('first name');
    assert.deepEqual(search(place(own), place(name), place('x'.repeat(10_000)), place('')).findings, []);
  });
});

describe('what may be where', () => {
  const kinds: [kind: CanaryKind, wishes: Partial<Place>, ofAlpha: boolean, ofBeta: boolean][] = [
    ['person', {}, true, false],
    ['secret', {}, true, true],
    ['token', {}, true, true],
    ['domain', {}, true, false],
    ['domain', { mayHoldDomains: true }, false, false],
    ['person', { mayHoldDomains: true }, true, false],
    ['secret', { showsSecrets: true }, true, false],
    ['token', { showsSecrets: true }, true, false],
  ];
  for (const [kind, wishes, ofAlpha, ofBeta] of kinds) {
    test(`${kind} ${JSON.stringify(wishes)}`, () => {
      const { alpha, beta, found } = regions();
      const text = [alpha.plant('a field', kind), beta.plant('a field', kind)].join(' ');
      const { findings } = found(place(text, wishes));
      assert.deepEqual(
        ['alpha', 'beta'].map((region) => findings.some(({ canaryOf }) => canaryOf === region)),
        [ofAlpha, ofBeta],
      );
    });
  }

  test('a control counts as noticed, not as a finding', () => {
    const { alpha, found } = regions();
    const { findings, controls } = found(place(alpha.plant('control sample', 'control')));
    assert.deepEqual([findings.length, controls.length], [0, 1]);
  });

  test('a temporary password is watched for however it is written, and by its plain digest', () => {
    const { beta, found } = regions();
    const password = beta.learn('temporary password', 'secret', 'ABCD-EFGH-JKLM-NPQR-STUV');
    const bare = password.replaceAll('-', '');
    for (const text of [password, bare, bare.toLowerCase(), hash('sha256', password), hash('sha256', bare, 'base64')])
      assert.deepEqual(
        found(place(text)).findings.map(({ field }) => field),
        ['temporary password'],
        text,
      );
  });

  test('what is too short to be watched for is refused', () => {
    assert.throws(() => regions().alpha.learn('id', 'person', ''), /nothing to watch for/);
  });
});
