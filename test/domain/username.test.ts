import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../support/any-character.ts';
import { copies } from '../support/copies.ts';
import { canonicalUsername, domainOf, isDomain, isUsername } from '../../src/domain/people/user.ts';

const anyText = fc.string({ unit: anyCharacter, maxLength: 60 });

describe('the canonical user name', () => {
  test('is idempotent for any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = canonicalUsername(text);
        assert.equal(canonicalUsername(once), once);
      }),
      { numRuns: 20_000 },
    );
  });

  test('is idempotent for any domain', () => {
    const letters = Array.from('a.-1x0éß。ıİ@ſK\u200B\u00AD\u0301ـמﬁ７ⅷ₂Σ');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...letters, 'xn--'), maxLength: 8 }), (domain) => {
        const once = canonicalUsername(`ada@${domain}`);
        assert.equal(canonicalUsername(once), once);
      }),
      { numRuns: 20_000, examples: [['a..'], ['x.。.'], ['0x7f.1']] },
    );
  });

  test('converts international domains to ASCII without merging look-alikes', () => {
    assert.equal(canonicalUsername('Ada@Lumière.example'), 'ada@xn--lumire-6ua.example');
    assert.equal(canonicalUsername('ada@lumie\u0300re.example'), 'ada@xn--lumire-6ua.example');
    assert.equal(canonicalUsername('ada@аpple.example'), 'ada@xn--pple-43d.example');
  });

  test('is idempotent for every Unicode character', () => {
    for (let point = 0; point <= 0x10_ffff; point++) {
      const once = canonicalUsername(`x${String.fromCodePoint(point)}`);
      if (canonicalUsername(once) !== once) assert.fail(`U+${point.toString(16)}`);
    }
  });

  const sameAsAda: Record<string, string> = {
    'capital letters': 'ADA@A.example',
    'surrounding blanks': '  ada@a.example\t\n',
    'a no-break space': '\u00A0ada@a.example',
    'full-width letters': 'ａｄａ＠ａ．ｅｘａｍｐｌｅ',
    superscripts: 'ᴬᴰᴬ@a.example',
    'mathematical letters': '𝐚𝒹𝖆@a.example',
    'a closing dot': 'ada@a.example.',
    'full-width dots at the end': 'ada@a.example．．',
  };
  for (const [how, typed] of Object.entries(sameAsAda)) {
    test(`is the same when typed with ${how}`, () => assert.equal(canonicalUsername(typed), 'ada@a.example'));
  }
  for (const [how, typed] of copies('ada@a.example').invisible)
    test(`is the same when copied ${how}`, () => assert.equal(canonicalUsername(typed), 'ada@a.example'));

  for (const [character, name] of [
    ["'", 'apostrophe'],
    ['\u2019', 'typographic apostrophe'],
    ['\u2018', 'opening single quotation mark'],
    ['\u02BC', 'modifier letter apostrophe'],
    ['\u2032', 'prime'],
    ['\uFF07', 'full-width apostrophe'],
  ] as const) {
    test(`reads the ${name} as an apostrophe`, () => {
      assert.equal(canonicalUsername(`O${character}Brien@a.example`), "o'brien@a.example");
      assert.ok(isUsername(canonicalUsername(`o${character}brien@a.example`)));
    });
  }
  for (const hyphen of ['\u2010', '\u2011', '\u2212', '\uFF0D'])
    test(`reads U+${hyphen.charCodeAt(0).toString(16)} as a hyphen`, () =>
      assert.equal(canonicalUsername(`jean${hyphen}luc@a.example`), 'jean-luc@a.example'));

  const good = [
    'ada@a.example',
    'a@b.c',
    '0@1.example',
    "o'neil+it_x.y-z@sub.a-b.example",
    `${'a'.repeat(64)}@a.example`,
  ];
  for (const name of good) test(`accepts ${name}`, () => assert.equal(isUsername(canonicalUsername(name)), true));

  const bad: Record<string, string> = {
    'an empty string': '',
    'a user name without @': 'ada.example',
    'a user name without a local part': '@a.example',
    'a user name without a domain': 'ada@',
    'a domain of one label': 'ada@localhost',
    'two @ signs': 'ada@b@a.example',
    'a leading dot': '.ada@a.example',
    'a trailing dot in the local part': 'ada.@a.example',
    'a space inside': 'a da@a.example',
    'a dotless ı': 'admın@a.example',
    'a Cyrillic а': 'аda@a.example',
    'a Greek ο': 'bοb@a.example',
    'a long s with a combining mark': 'ſam\u0327@a.example',
    'an accented letter': 'zoé@a.example',
    'a combining accent': 'zoe\u0301@a.example',
    'a Turkish İ': 'İda@a.example',
    'a line break': 'ada@a.example\nbcc@b.example',
    'a local part of 65 letters': `${'a'.repeat(65)}@a.example`,
    '255 characters': `a@${'b'.repeat(245)}.example`,
    'a quoted local part': '"ada"@a.example',
    'a LIKE pattern': '%@a.example',
    'an SQL comment': "ada'--@a.example;drop",
  };
  for (const [what, typed] of Object.entries(bad)) {
    test(`rejects ${what}`, () => assert.equal(isUsername(canonicalUsername(typed)), false));
  }
  for (const [what, typed] of Object.entries({
    'a soft hyphen': 'ad\u00ADa@a.example',
    'a zero-width space': 'ad\u200Ba@a.example',
    'a right-to-left override': 'ad\u202Ea@a.example',
    'a NUL': 'ad\u0000a@a.example',
  })) {
    test(`never contains ${what}, which is removed`, () => {
      assert.equal(isUsername(typed), false);
      assert.equal(canonicalUsername(typed), 'ada@a.example');
    });
  }

  test('contains only lowercase ASCII if accepted, so that no two names look alike', () => {
    const near = fc.constantFrom(...Array.from('aAıİіо0.@-+é ſK\u200B'));
    fc.assert(
      fc.property(fc.string({ unit: near, maxLength: 12 }), fc.boolean(), (text, behind) => {
        const name = canonicalUsername(behind ? `a@${text}` : `${text}@a.example`);
        if (isUsername(name)) assert.match(name, /^[!-~]+$/);
        if (isUsername(name)) assert.equal(name, name.toLowerCase());
      }),
      { numRuns: 5_000 },
    );
  });

  test('belongs to the domain after its last @', () => {
    assert.equal(domainOf('ada@a.example'), 'a.example');
    assert.equal(domainOf('ada@b@a.example'), 'a.example');
    assert.equal(domainOf('ada'), '');
    assert.equal(domainOf('ada@'), '');
  });
});

describe('the domain of an organization', () => {
  const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
  const table: [domain: string, is: boolean][] = [
    ['a.example', true],
    ['lumiere.example', true],
    ['sub.a-b.co.uk', true],
    ['xn--lumire-6ua.example', true],
    [`${'a'.repeat(63)}.example`, true],
    [longest, true],
    [`${longest}d`, false],
    [`${'a'.repeat(64)}.example`, false],
    ['', false],
    ['example', false],
    ['.example', false],
    ['a..example', false],
    ['a.example.', false],
    ['-a.example', false],
    ['a-.example', false],
    ['a.e', false],
    ['A.example', false],
    ['lumière.example', false],
    ['а.example', false],
    ['a b.example', false],
    ['a.example\n', false],
    ['a_b.example', false],
    ['ada@a.example', false],
    ['https://a.example', false],
    ['*.example', false],
  ];
  for (const [domain, is] of table) {
    test(`${is ? 'accepts' : 'rejects'} ${JSON.stringify(domain.slice(0, 40))}`, () =>
      assert.equal(isDomain(domain), is));
  }
});
