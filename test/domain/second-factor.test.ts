import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { administratorLevels } from '../../src/domain/roles.ts';
import { isSecondFactorRequired, parseCode, recoveryCode } from '../../src/domain/people/second-factor.ts';

describe('a code as it is typed', () => {
  const recovery = 'ABCD-EFGH-JKLM-NPQR-STUV-WXYZ';
  const table: [label: string, typed: string, read: string | null][] = [
    ['as it is shown', '012345', '012345'],
    ['in the middle a space', '012 345', '012345'],
    ['with no-break spaces around', '\u00A0012\u202F345 ', '012345'],
    ['with a hyphen', '012-345', '012345'],
    ['with marks of direction that a paste brings along', '\u200E012345\u2069', '012345'],
    ['full-width', '０１２３４５', '012345'],
    ['Arabic-Indic', '٠١٢٣٤٥', '012345'],
    ['Persian', '۰۱۲۳۴۵', '012345'],
    ['Devanagari', '०१२३४५', '012345'],
    ['Thai', '๖๗๘๙๐๑', '678901'],
    ['of several scripts', '0١२3๔５', '012345'],
    ['beyond the basic plane', '𑁦𑁧𑁨𑁩𑁪𑁫', '012345'],
    ['five digits', '12345', null],
    ['seven digits', '1234567', null],
    ['Roman numerals', 'ⅠⅡⅢⅣⅤⅥ', null],
    ['a number with a sign', '+12345', null],
    ['in hexadecimal', '0x1234', null],
    ['nothing', '', null],
    ['a recovery code', recovery, recovery],
    ['a recovery code in small letters, with spaces', recovery.toLowerCase().replaceAll('-', ' '), recovery],
    ['a recovery code in one go', recovery.replaceAll('-', ''), recovery],
    ['a recovery code with a letter that none has', recovery.replace('A', 'O'), null],
    ['a recovery code that is cut short', recovery.slice(0, -1), null],
    ['two recovery codes', recovery + recovery, null],
    ['very much', '1'.repeat(100_000), null],
    ['very many spaces', `${' '.repeat(100_000)}012345`, null],
  ];
  for (const [label, typed, read] of table) {
    test(label, () => assert.equal(parseCode(typed)?.code ?? null, read));
  }
});

test('a recovery code is six groups of symbols that nobody mistakes, and takes 24 bytes', () => {
  assert.equal(recoveryCode(new Uint8Array(24).fill(33)), 'BBBB-BBBB-BBBB-BBBB-BBBB-BBBB');
  assert.throws(() => recoveryCode(new Uint8Array(23)), RangeError);
});

test('of whom the rules ask a second factor', () => {
  const asked = (secondFactor: 'nobody' | 'administrators' | 'everybody'): boolean[] =>
    administratorLevels.map((level) => isSecondFactorRequired({ secondFactor }, level));
  assert.deepEqual(asked('nobody'), [false, false, false, false]);
  assert.deepEqual(asked('administrators'), [true, true, true, false]);
  assert.deepEqual(asked('everybody'), [true, true, true, true]);
  const ofOperators = (['nobody', 'administrators', 'everybody'] as const).map((secondFactor) =>
    isSecondFactorRequired({ secondFactor }, 'none', 'operators'),
  );
  assert.deepEqual(ofOperators, [false, true, true]);
});
