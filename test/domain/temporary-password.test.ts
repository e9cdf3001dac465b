import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  findTemporaryPasswords,
  parseTemporaryPassword,
  temporaryPassword,
  temporaryPasswordBytes,
} from '../../src/domain/people/password.ts';
import { copies } from '../support/copies.ts';

const make = (): string => temporaryPassword(randomBytes(temporaryPasswordBytes));
const spelling = 'ABCD-EFGH-JKLM-NPQR-2345';

describe('reading a typed temporary password', () => {
  const forgiven: Record<string, string> = {
    unchanged: spelling,
    'in lowercase': spelling.toLowerCase(),
    'without hyphens': spelling.replaceAll('-', ''),
    'with spaces for hyphens': spelling.replaceAll('-', ' '),
    'with surrounding white space': `\t ${spelling} \r\n`,
    'with no-break spaces': spelling.replaceAll('-', '\u00A0'),
    'with en dashes': spelling.replaceAll('-', '–'),
    'with no-break hyphens': spelling.replaceAll('-', '\u2011'),
    'in full-width letters': spelling.replace(/[A-Z]/g, (letter) =>
      String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0),
    ),
    'with other groups': 'AB CDE FGHJ KLMN PQR2345',
    'with minus signs': spelling.replaceAll('-', '\u2212'),
    'with em dashes': spelling.replaceAll('-', '\u2014'),
    'with figure dashes': spelling.replaceAll('-', '\u2012'),
  };
  for (const [how, typed] of [...Object.entries(forgiven), ...copies(spelling).all]) {
    test(`accepts the password ${how}`, () => assert.equal(parseTemporaryPassword(typed), spelling));
  }

  test('recognizes the format despite an added Hangul filler, which Unicode classifies as a letter', () => {
    assert.deepEqual(findTemporaryPasswords(`${spelling}\u3164!`), [spelling]);
  });

  test('accepts every generated password', () => {
    for (let n = 0; n < 500; n++) {
      const made = make();
      assert.equal(parseTemporaryPassword(` ${made.toLowerCase().replaceAll('-', ' ')}`), made);
    }
  });
});

describe('reading text that is not a temporary password', () => {
  const refused: Record<string, string> = {
    'an empty string': '',
    'only hyphens': '----',
    'one symbol too few': spelling.slice(0, -1),
    'one symbol too many': `${spelling}6`,
    'a zero': spelling.replace('2', '0'),
    'a one': spelling.replace('2', '1'),
    'a capital I': spelling.replace('A', 'I'),
    'a capital O': spelling.replace('A', 'O'),
    'a Cyrillic А': spelling.replace('A', 'А'),
    'an underscore': spelling.replace('-', '_'),
    'an emoji': spelling.replace('A', '🔑'),
    'two temporary passwords': spelling + spelling,
    'a very long string': 'A'.repeat(100_000),
  };
  for (const [what, typed] of Object.entries(refused)) {
    test(`rejects ${what}`, () => assert.equal(parseTemporaryPassword(typed), null));
  }
});
