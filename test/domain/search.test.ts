import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { searchPrefix, suffixesOf, searchTextOf, parseSearchQuery } from '../../src/domain/people/search-keys.ts';
import { anyCharacter } from '../support/any-character.ts';

const named = (displayName: string, username = 'x@y.z'): string =>
  searchTextOf({ displayName, username, firstName: '', lastName: '' });
const finds = (typed: string, searchWords: string): boolean => {
  const words = parseSearchQuery(typed);
  return words.length > 0 && words.every((word) => searchWords.includes(word));
};

describe('searching users by name', () => {
  const table: [typed: string, name: string, found: boolean][] = [
    ['helene', 'Hélène', true],
    ['HÉLÈNE', 'helene', true],
    ['lèn', 'Helene', true],
    ['muller', 'Müller', true],
    ['mueller', 'Müller', true],
    ['müller', 'Mueller', true],
    ['müller', 'Muller', true],
    ['mueller', 'Muller', false],
    ['soerensen', 'Sørensen', true],
    ['aage', 'Åge', true],
    ['åge', 'Aage', true],
    ['manuel', 'Manuel', true],
    ['strasse', 'Straße', true],
    ['coetmeur', 'Coëtmeur', true],
    ['nœux', 'Noeux', true],
    ['o’brien', "O'Brien", true],
    ['obrien', 'O’Brien', true],
    ['xobrien', 'O’Brien', false],
    ['o brien', 'Obrien', true],
    ["o'brien", 'Obrien', true],
    ['vankirk', 'Van Kirk', true],
    ['VANKIRK', 'Anna van Kirk', true],
    ['kirkvan', 'Van Kirk', false],
    ['lafontaine', 'de La Fontaine', true],
    ['delafontaine', 'de La Fontaine', true],
    ['jeanluc', 'Jean-Luc', true],
    ['jeanluc', 'Jean Luc', true],
    ['jean-luc', 'Jeanluc', true],
    ['abdalrahman', 'Abd al-Rahman', true],
    ['vonmueller', 'von Müller', true],
    ['vonmuller', 'von Müller', true],
    ['vonmuller', 'von Mueller', true],
    ['김민준', '김 민준', true],
    ['김 민준', '김민준', true],
    ['علیرضا', 'علی\u200Cرضا', true],
    ['علی رضا', 'علی\u200Cرضا', true],
    ['علی\u200Cرضا', 'علیرضا', true],
    ['علیرضا', 'علی رضا', true],
    ['hel\u00ADene', 'Helene', true],
    ['helene', 'Hel\u00ADene', true],
    ['\u2068helene\u2069', 'Helene', true],
    ['helene\u3164', 'Helene', true],
    ['김\uFFA0민준', '김민준', true],
    ['jean luc', 'Jean-Luc', true],
    ['luc jean', 'Jean-Luc', true],
    ['Dupont, Jean', 'Jean Dupont', true],
    ['jean dupond', 'Jean Dupont', false],
    ['an anna', 'Anna', true],
    ['太郎', '山田太郎', true],
    ['ΠΑΠΑΣ', 'Παπάς', true],
    ['ΠΑΠ', 'Παπάς', true],
    ['παπασ', 'Παπάς', true],
    ['ΚΩΣ', 'Κώστας', true],
    ['Иван', 'ИВАН', true],
    ['inci', 'İnci', true],
    ['김', '김철수', true],
    ['नीत', 'नीता', true],
    ['', 'Anna', false],
    ['%', '100 %', false],
    ['😀', '😀 Smile', false],
    ['smile 😀', '😀 Smile', true],
  ];
  for (const [typed, name, found] of table)
    test(`"${typed}" ${found ? 'finds' : 'does not find'} ${name}`, () =>
      assert.equal(finds(typed, named(name)), found));

  const parts: [typed: string, firstName: string, lastName: string, displayName: string, found: boolean][] = [
    ['obrien', 'Ann', 'O’Brien', 'Ann O’Brien', true],
    ['lafontaine', 'Jean', 'de La Fontaine', 'Jean de La Fontaine', true],
    ['vankirk', 'Anna', 'Van Kirk', 'Anna Van Kirk', true],
    ['vankirk', 'Van', 'Kirk', 'Van Kirk', true],
    ['jeanluc', 'Jean Luc', 'Dupont', 'Jean Luc Dupont', true],
    ['jeanluc', 'Jean Luc', 'Dupont', 'JL', true],
    ['alannilsen', 'Alan', 'Nilsen', 'Alan Nilsen', false],
    ['ann', 'Alan', 'Nilsen', 'Alan Nilsen', false],
    ['ann', 'Alan', 'Nilsen', 'Nilsen, Alan', false],
    ['nna', 'Alan', 'Nilsen', 'Nilsen Alan', false],
    ['김민준', '민준', '김', '민준 김', true],
    ['민준김', '민준', '김', '김 민준', true],
    ['김민준', '민준', '김', 'MJ', true],
    ['山田太郎', '太郎', '山田', '太郎', true],
    ['やまだたろう', 'タロウ', 'ヤマダ', 'YT', true],
  ];
  for (const [typed, firstName, lastName, displayName, found] of parts)
    test(`"${typed}" ${found ? 'finds' : 'does not find'} ${displayName} (${firstName}, ${lastName})`, () =>
      assert.equal(finds(typed, searchTextOf({ displayName, firstName, lastName, username: 'x@y.z' })), found));

  test('finds a user by user name, and by first and last names that are not displayed', () => {
    const words = searchTextOf({
      displayName: 'Zizou',
      firstName: 'Zoé',
      lastName: 'Besson',
      username: 'zb7@a.example',
    });
    for (const typed of ['zizou', 'zoe', 'besson', 'zb7', 'zb7@a.example', 'zizou besson'])
      assert.ok(finds(typed, words));
  });
});

test('search words contain no duplicates and no word that is part of another', () => {
  const camille = { displayName: 'Camille Laurent', firstName: 'Camille', lastName: 'Laurent' };
  const username = 'camille.laurent2@laurent.example';
  assert.equal(searchTextOf({ ...camille, username }), 'camille laurent2 example');
  assert.equal(named(camille.displayName, username), 'camillelaurent laurent2 example');
});

describe('limits of the search index', () => {
  test('keep the beginning of a long word', () => {
    const words = named('ab'.repeat(200));
    assert.equal(words.split(' ')[0]?.length, 100);
    assert.ok(finds('ba'.repeat(10), words));
  });

  test('keep words of at most 300 characters in total', () => {
    const words = named(Array.from({ length: 90 }, (_, index) => `𠮷${index}`).join(' '));
    assert.ok([...words].length <= 300 && words.startsWith('𠮷0𠮷1𠮷2'));
    for (const typed of ['𠮷0', '𠮷9', '𠮷10', '𠮷9𠮷10', '𠮷70']) assert.ok(finds(typed, words), typed);
    assert.equal(finds('𠮷89', words), false);
  });

  test('omit joined words that would displace a word', () => {
    const parts = Array.from({ length: 30 }, (_, index) => `𠮷${index}-abcdef`);
    const words = named(`${parts.join(' ')} ${'w'.repeat(60)}`, `${'x'.repeat(64)}@${'y'.repeat(60)}.example`);
    assert.ok([...words].length <= 300);
    for (const typed of ['𠮷29', 'abcdef', 'w'.repeat(60), 'x'.repeat(64)]) assert.ok(finds(typed, words), typed);
  });

  test('use only the eight longest words of a query', () => {
    const typed = Array.from({ length: 12 }, (_, index) =>
      'x'.repeat(index + 1).concat(String.fromCharCode(97 + index)),
    );
    assert.deepEqual(parseSearchQuery(typed.join(' ')), typed.slice(4).reverse());
  });
});

// Without these properties, a prefix index would miss users that a full scan finds.
describe('for any name and any search', () => {
  const letter = fc.constantFrom('a', 'e', 'o', 'u', 'ä', 'ö', 'ü', 'ß', 'ς', ' ', 'é', '-', '𠮷', '李', 'ﷺ', '1');
  const text = fc.oneof(fc.string({ unit: anyCharacter }), fc.string({ unit: letter }));

  test('every substring of a word is the prefix of an indexed suffix', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(30), (name, from, length) => {
        const searchWords = named(name);
        const [word = ''] = searchWords.split(' ');
        const letters = [...word];
        const part = letters.slice(from % letters.length, (from % letters.length) + length + 1).join('');
        assert.ok(suffixesOf(searchWords).some((ending) => ending.startsWith(searchPrefix(part))));
      }),
    );
  });

  test('a user is found by their full name if it contains a letter', () => {
    fc.assert(
      fc.property(fc.string({ unit: letter, maxLength: 60 }), (name) => {
        assert.equal(finds(name, named(name)), parseSearchQuery(name).length > 0);
      }),
    );
  });

  test('words contain no special characters of LIKE, FTS5 or tsquery', () => {
    fc.assert(
      fc.property(text, (name) => {
        for (const word of [...named(name).split(' '), ...parseSearchQuery(name)])
          assert.match(word, /^[\p{L}\p{N}\p{M}]*$/u);
      }),
    );
  });
});
