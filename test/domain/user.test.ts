import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cleanName, foldName, initialsOf, statusOf } from '../../src/domain/people/user.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });

describe('names for sorting and display', () => {
  const folded: [name: string, key: string][] = [
    ['Hélène', 'helene'],
    ['HÉLÈNE', 'helene'],
    ['He\u0301le\u0300ne', 'helene'],
    ['Müller', 'muller'],
    ['Straße', 'strasse'],
    ['STRAẞE', 'strasse'],
    ['Łukasz Đorđe', 'lukasz dorde'],
    ['Æsa Œuvre Þór Øst', 'aesa oeuvre thor ost'],
    ['İnci Ilgın', 'inci ilgin'],
    ['  many   blanks ', 'many blanks'],
    ['Ｆｕｌｌ', 'full'],
    ['Ἀθηνᾶ', 'αθηνα'],
    ['李 小龍', '李 小龍'],
    ['😀', '😀'],
    ['', ''],
  ];
  for (const [name, key] of folded) test(`“${name}” is sorted as “${key}”`, () => assert.equal(foldName(name), key));

  test('folding is idempotent', () => {
    fc.assert(
      fc.property(anyText, (text) => assert.equal(foldName(foldName(text)), foldName(text))),
      { numRuns: 20_000 },
    );
  });

  test('bidirectional, zero-width and control characters are removed', () => {
    // All of Unicode's Bidi_Control characters, zero-width characters, and ASCII and Latin-1 controls.
    const bidi = [0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069];
    for (const point of [...bidi, 0x200b, 0x2060, 0xfeff, 0x00, 0x07, 0x1b, 0x7f, 0x9f]) {
      assert.equal(cleanName(`A${String.fromCodePoint(point)}B`), 'AB', `U+${point.toString(16)}`);
    }
  });

  test('tabs and line breaks become one space', () => {
    assert.equal(cleanName('Ada\tLovelace\r\nByron'), 'Ada Lovelace Byron');
    assert.equal(cleanName(' Ada \u200B Lovelace '), 'Ada Lovelace');
    assert.equal(cleanName('\u200B\u202E '), '');
  });

  test('characters of all scripts are kept', () => {
    for (const name of ['Zoé Besson', "O’Neil-D'Arcy", 'نگین\u200Cه', '👩‍🚀 Ada', 'क्षि', '<b>Bobby</b> {{7*7}} $t(k)']) {
      assert.equal(cleanName(name), name.normalize('NFC'));
    }
    assert.equal(cleanName('Zoe\u0301'), 'Zoé');
    assert.equal(cleanName('Zoe\u200B\u0301'), 'Zoé');
  });

  test('cleaning is idempotent', () => {
    fc.assert(
      fc.property(anyText, (text) => assert.equal(cleanName(cleanName(text)), cleanName(text))),
      {
        numRuns: 20_000,
      },
    );
  });

  const initials: [name: string, letters: string][] = [
    ['Zoé Besson', 'ZB'],
    ['zoé', 'Z'],
    ['Juan Carlos de la Vega', 'JV'],
    ['élise ångström', 'ÉÅ'],
    ['李小龍', '李'],
    ['𝒜da 🔑', '𝒜🔑'],
    ['  ', ''],
    ['', ''],
  ];
  for (const [name, letters] of initials) {
    test(`“${name}” has the initials “${letters}”`, () => assert.equal(initialsOf(name), letters));
  }
});

describe('the status of a user', () => {
  const now = 1_000_000;
  const own = { password: 'own', temporaryUntil: null } as const;
  const temporary = (temporaryUntil: number | null) => ({ password: 'temporary', temporaryUntil }) as const;

  test('depends on state, password and time', () => {
    assert.equal(statusOf({ state: 'active', ...own }, now), 'active');
    assert.equal(statusOf({ state: 'active', ...temporary(now + 1) }, now), 'passwordChange');
    assert.equal(statusOf({ state: 'active', ...temporary(now) }, now), 'expired');
    assert.equal(statusOf({ state: 'active', ...temporary(now - 1) }, now), 'expired');
    assert.equal(statusOf({ state: 'blocked', ...own }, now), 'blocked');
    assert.equal(statusOf({ state: 'blocked', ...temporary(now - 1) }, now), 'blocked');
    assert.equal(statusOf({ state: 'deleted', ...temporary(now + 1) }, now), 'deleted');
  });
});
