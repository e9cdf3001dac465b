import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { copies } from '../support/copies.ts';
import { administratorLevels } from '../../src/domain/roles.ts';
import { isSecondFactorRequired, parseCode, recoveryCode } from '../../src/domain/people/second-factor.ts';

describe('reading a typed second-factor code', () => {
  const recovery = 'ABCD-EFGH-JKLM-NPQR-STUV-WXYZ';
  const table: [label: string, typed: string, read: string | null][] = [
    ['as displayed', '012345', '012345'],
    ['with a space in the middle', '012 345', '012345'],
    ['with no-break spaces around', '\u00A0012\u202F345 ', '012345'],
    ['with a hyphen', '012-345', '012345'],
    ['with pasted directional marks', '\u200E012345\u2069', '012345'],
    ['in full-width digits', '０１２３４５', '012345'],
    ['in Arabic-Indic digits', '٠١٢٣٤٥', '012345'],
    ['in Persian digits', '۰۱۲۳۴۵', '012345'],
    ['in Devanagari digits', '०१२३४५', '012345'],
    ['in Thai digits', '๖๗๘๙๐๑', '678901'],
    ['in digits of several scripts', '0١२3๔５', '012345'],
    ['in digits outside the Basic Multilingual Plane', '𑁦𑁧𑁨𑁩𑁪𑁫', '012345'],
    ['with five digits', '12345', null],
    ['with seven digits', '1234567', null],
    ['in Roman numerals', 'ⅠⅡⅢⅣⅤⅥ', null],
    ['with a plus sign', '+12345', null],
    ['in hexadecimal', '0x1234', null],
    ['that is empty', '', null],
    ['that is a recovery code', recovery, recovery],
    ['that is a recovery code in lowercase with spaces', recovery.toLowerCase().replaceAll('-', ' '), recovery],
    ['that is a recovery code without hyphens', recovery.replaceAll('-', ''), recovery],
    ['that is a recovery code with a character outside the alphabet', recovery.replace('A', 'O'), null],
    ['that is a truncated recovery code', recovery.slice(0, -1), null],
    ['that is two recovery codes', recovery + recovery, null],
    ['of 100,000 digits', '1'.repeat(100_000), null],
    ['after 100,000 spaces', `${' '.repeat(100_000)}012345`, null],
  ];
  for (const code of ['012345', recovery])
    for (const [label, typed] of copies(code).all)
      test(`accepts ${code} copied ${label}`, () => assert.equal(parseCode(typed)?.code, code));
  for (const [label, typed, read] of table) {
    test(`${read === null ? 'rejects' : 'accepts'} a code ${label}`, () =>
      assert.equal(parseCode(typed)?.code ?? null, read));
  }
});

test('a recovery code has six groups of unambiguous symbols, generated from 24 bytes', () => {
  assert.equal(recoveryCode(new Uint8Array(24).fill(33)), 'BBBB-BBBB-BBBB-BBBB-BBBB-BBBB');
  assert.throws(() => recoveryCode(new Uint8Array(23)), RangeError);
});

test('the rules decide which users need a second factor', () => {
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
