import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  normalizePassword,
  passwordFault,
  readPresentedPassword,
  parseTemporaryPassword,
  temporaryAlphabet,
  temporaryPassword,
  temporaryPasswordBytes,
  type PasswordContext,
} from '../../src/domain/people/password.ts';
import type { RegionRules } from '../../src/domain/regions.ts';

const make = (): string => temporaryPassword(randomBytes(temporaryPasswordBytes));

describe('a generated temporary password', () => {
  test('uses 32 symbols without look-alike characters', () => {
    const symbols = Array.from(temporaryAlphabet);
    assert.equal(symbols.length, 32);
    assert.equal(new Set(symbols.map((symbol) => symbol.toLowerCase())).size, 32);
    for (const lookAlike of 'IO01il') assert.ok(!symbols.includes(lookAlike), lookAlike);
  });

  test('has 100 bits of entropy in five groups of four characters', () => {
    assert.match(make(), /^[A-HJ-NP-Z2-9]{4}(?:-[A-HJ-NP-Z2-9]{4}){4}$/);
    assert.equal(20 * Math.log2(temporaryAlphabet.length), 100);
  });

  test('depends on every bit of the random input', () => {
    const seen = new Set<string>();
    for (let symbol = 0; symbol < 32; symbol++) {
      for (let position = 0; position < 20; position++) {
        const bytes = new Uint8Array(20);
        bytes[position] = symbol;
        seen.add(temporaryPassword(bytes));
      }
    }
    assert.equal(seen.size, 31 * 20 + 1);
  });

  test('requires as many random bytes as it has symbols', () => {
    for (const length of [0, 19, 21]) assert.throws(() => temporaryPassword(new Uint8Array(length)), RangeError);
  });

  test('is unique and uniformly distributed over 10,000 samples', () => {
    const all = Array.from({ length: 10_000 }, make);
    assert.equal(new Set(all).size, all.length);
    for (let position = 0; position < 20; position++) {
      const counts = new Map(Array.from(temporaryAlphabet, (symbol) => [symbol, 0]));
      for (const each of all) {
        const symbol = each.replaceAll('-', '')[position] ?? '';
        counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
      }
      assert.equal(counts.size, 32);
      const share = all.length / 32;
      const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - share) ** 2 / share, 0);
      // With 31 degrees of freedom, a uniform source exceeds 80 at any of the 20 positions about once in 20,000 runs.
      assert.ok(chiSquare < 80, `place ${position}: ${chiSquare}`);
    }
  });
});

const spelling = 'ABCD-EFGH-JKLM-NPQR-2345';

const context: PasswordContext = {
  rules: { password: { minimumLength: 15, maximumLength: 256 } } as unknown as RegionRules,
  username: 'zoe.besson@lumiere.example',
  displayName: 'Zoé Besson',
  tenantName: 'Ateliers Lumière',
};

describe('a password presented at sign-in', () => {
  const temporary = { kind: 'temporary', text: spelling } as const;
  const own = (text: string | null) => ({ kind: 'own', text }) as const;
  const wide = spelling.replace(/[A-Z]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
  const table: [what: string, typed: string, presented: { kind: string; text: string | null }][] = [
    ['five groups of four', spelling, temporary],
    ['lowercase', spelling.toLowerCase(), temporary],
    ['without hyphens', spelling.replaceAll('-', ''), temporary],
    ['with spaces around and between', ` ${spelling.replaceAll('-', ' ')}\t`, temporary],
    ['with typographic dashes', spelling.replaceAll('-', '–'), temporary],
    ['full-width letters', wide, temporary],
    ['after 500 spaces', `${' '.repeat(500)}${spelling}`, temporary],
    [
      'a phrase of 20 letters that temporary passwords use',
      'warm green bears dart by',
      { ...temporary, text: 'WARM-GREE-NBEA-RSDA-RTBY' },
    ],
    ['one symbol too few', spelling.slice(0, -1), own(spelling.slice(0, -1))],
    ['one symbol too many', `${spelling}6`, own(`${spelling}6`)],
    ['a symbol outside the alphabet', spelling.replace('2', '0'), own(spelling.replace('2', '0'))],
    ['a sentence with its spaces', ' under the old bridge', own(' under the old bridge')],
    ['decomposed letters', 'e\u0301te\u0301', own('été')],
    ['an empty string', '', own('')],
    ['more than 1 KiB', 'x'.repeat(1_025), own(null)],
    ['a temporary password after more than 1 KiB of spaces', `${' '.repeat(1_025)}${spelling}`, own(null)],
  ];
  for (const [what, typed, presented] of table) {
    test(`is read as ${presented.kind}: ${what}`, () => assert.deepEqual(readPresentedPassword(typed), presented));
  }

  test('is recognized as temporary if it was generated, and no generated password can be chosen', () => {
    for (let n = 0; n < 500; n++) {
      const made = make();
      assert.equal(readPresentedPassword(made).kind, 'temporary');
      assert.equal(passwordFault(made, context)?.code, 'password.likeTemporary');
    }
  });
});

test('a password is normalized to NFKC before hashing, with its spaces', () => {
  assert.equal(normalizePassword('e\u0301té'), 'été');
  assert.equal(normalizePassword('ﬁne Ｌine'), 'fine Line');
  assert.equal(normalizePassword(' two  spaces '), ' two  spaces ');
});

describe('the validation of a new password', () => {
  const table: [what: string, password: string, code: string | null][] = [
    ['an empty password', '', 'password.missing'],
    ['one character', 'a', 'password.tooShort'],
    ['14 code points', 'a'.repeat(14), 'password.tooShort'],
    ['15 code points', 'warm wet stones', null],
    ['14 code points in 28 UTF-16 units', '🔑'.repeat(14), 'password.tooShort'],
    ['15 emoji', '🔑'.repeat(15), null],
    ['15 code points that NFKC reduces to 14', `${'x'.repeat(13)}e\u0301`, 'password.tooShort'],
    ['64 code points', 'kiesel am bach '.repeat(5).slice(0, 64), null],
    ['256 code points', 'k'.repeat(256), null],
    ['257 code points', 'k'.repeat(257), 'password.tooLong'],
    ['256 emoji in exactly 1 KiB', '🔑'.repeat(256), null],
    ['257 emoji', '🔑'.repeat(257), 'password.tooLong'],
    ['250 code points that NFKC expands to 4,500', '\uFDFA'.repeat(250), 'password.tooLong'],
    ['only lowercase letters and spaces', 'under the old bridge', null],
    ['the format of a temporary password', 'ABCD-EFGH-JKLM-NPQR-2345', 'password.likeTemporary'],
    ['the format of a temporary password in lowercase', 'abcdefghjklmnpqr2345', 'password.likeTemporary'],
    ['the user name', 'zoe.besson@lumiere.example', 'password.containsName'],
    ['the user name with a year', 'zoe.besson@lumiere.example2026', 'password.containsName'],
    ['the display name with a suffix', 'Zoé Besson 12345', 'password.containsName'],
    ["the organization's name with a suffix", 'AteliersLumière2026!', 'password.containsName'],
    ["the product's name three times", 'parvis-parvis-parvis', 'password.containsName'],
    ["the organization's name with digits for letters", '4t3l13r5Lum1ère2026', 'password.containsName'],
    ["the organization's name with another letter", 'Ateliers Lumiexe 26!', 'password.containsName'],
    ["the organization's name in symbols", '@te1|er$ lum!ere.', 'password.containsName'],
    ['the display name reversed', 'nosseb eoz 2026', 'password.containsName'],
    ['the display name reversed with digits for letters', 'N0553b-Z0e-Bessonne', 'password.containsName'],
    ['the user name in full-width letters', 'ｚｏｅ．ｂｅｓｓｏｎ２０２６！！', 'password.containsName'],
    ["a part of the organization's name three times", 'lumierelumierelumiere', 'password.containsName'],
    ["the product's name with digits for letters", 'p4rv15 p4rv15 2026', 'password.containsName'],
    ['the domain with substituted letters', 'lum1er3 ex4mple 26', 'password.containsName'],
    ['a name within a sentence', 'besson walks under the old bridge', null],
  ];
  for (const [what, password, code] of table) {
    test(`${code === null ? 'accepts' : `returns ${code} for`} ${what}`, () =>
      assert.equal(passwordFault(password, context)?.code ?? null, code));
  }

  test("returns the region's own limits", () => {
    const strict = {
      ...context,
      rules: { password: { minimumLength: 20, maximumLength: 64 } } as unknown as RegionRules,
    };
    const [short, long] = ['warm wet stones', 'k'.repeat(65)].map((typed) => passwordFault(typed, strict));
    assert.deepEqual(short, { code: 'password.tooShort', parameters: { count: 20 } });
    assert.deepEqual(long, { code: 'password.tooLong', parameters: { count: 64 } });
  });

  test('does not reject names of three letters', () => {
    const short = { ...context, username: 'li@ab.example', displayName: 'Li Bo', tenantName: 'AB' };
    assert.equal(passwordFault('lilililililibobo', short), null);
  });

  test('processes 50 KB in as many passes as 5 KB', (t) => {
    const spies = (['normalize', 'includes'] as const).map((name) => t.mock.method(String.prototype, name).mock);
    const readings = (text: string): number => {
      spies.forEach((spy) => spy.resetCalls());
      passwordFault(text, context);
      parseTemporaryPassword(text);
      return spies.reduce((sum, spy) => sum + spy.callCount(), 0);
    };
    for (const each of ['a', '-', 'zoe ', '🔑'])
      assert.equal(readings(each.repeat(50_000 / each.length)), readings(each.repeat(5_000 / each.length)));
  });
});
