import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { escapeFormula, unescapeFormula } from '../../src/domain/spreadsheet-cell.ts';

describe('guarding spreadsheet cells against formulas', () => {
  const dangerous: [what: string, text: string][] = [
    ['a formula', '=1+1'],
    ['a formula with a plus sign', '+1'],
    ['a formula with a minus sign', '-1'],
    ['a legacy function call', '@SUM(A1)'],
    ['a command', "=cmd|'/c calc'!A1"],
    ['a leading tab', '\t=1+1'],
    ['a leading carriage return', '\r=1+1'],
    ['a leading line feed', '\n=1+1'],
    ['a full-width equals sign', '＝1+1'],
    ['a full-width plus', '＋1'],
    ['a full-width minus sign', '－1'],
    ['a full-width at sign', '@SUM(A1)'.replace('@', '＠')],
  ];
  for (const [what, text] of dangerous) {
    test(`adds a removable apostrophe to ${what}`, () => {
      assert.equal(escapeFormula(text), `'${text}`);
      assert.equal(unescapeFormula(`'${text}`), text);
      assert.equal(unescapeFormula(escapeFormula(`'${text}`)), `'${text}`, 'also with an existing apostrophe');
    });
  }

  for (const text of ['', "'", "''", 'Zoé', "'Abd al-Rahman", "O'Neill", 'a=b', '1-2', "'quoted'", ' =1', '_@']) {
    test(`leaves an ordinary cell unchanged: ${JSON.stringify(text)}`, () => {
      assert.equal(escapeFormula(text), text);
      assert.equal(unescapeFormula(text), text);
    });
  }

  test('round-trips any text, and no guarded text starts like a formula', () => {
    const hostile = fc.string({ unit: fc.constantFrom(...Array.from('\'=+-@\t\r\n＝＋－＠aé "')) });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'grapheme' })), (text) => {
        assert.equal(unescapeFormula(escapeFormula(text)), text);
        assert.doesNotMatch(escapeFormula(text), /^[=+\-@\t\r\n＝＋－＠]/);
      }),
      { numRuns: 2_000 },
    );
  });
});
