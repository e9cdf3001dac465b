import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { escapeFormula, unescapeFormula } from '../../src/domain/spreadsheet-cell.ts';

describe('a cell that a spreadsheet would calculate', () => {
  const dangerous: [what: string, text: string][] = [
    ['a formula', '=1+1'],
    ['a formula by its sign', '+1'],
    ['a formula by its other sign', '-1'],
    ['a function of old', '@SUM(A1)'],
    ['a command', "=cmd|'/c calc'!A1"],
    ['a tab in front', '\t=1+1'],
    ['a return in front', '\r=1+1'],
    ['a line feed in front', '\n=1+1'],
    ['a full-width equals sign', '＝1+1'],
    ['a full-width plus', '＋1'],
    ['a full-width minus', '－1'],
    ['a full-width at', '@SUM(A1)'.replace('@', '＠')],
  ];
  for (const [what, text] of dangerous) {
    test(`${what} has an apostrophe in front, which comes off again`, () => {
      assert.equal(escapeFormula(text), `'${text}`);
      assert.equal(unescapeFormula(`'${text}`), text);
      assert.equal(unescapeFormula(escapeFormula(`'${text}`)), `'${text}`, 'also where it had one already');
    });
  }

  for (const text of ['', "'", "''", 'Zoé', "'Abd al-Rahman", "O'Neill", 'a=b', '1-2', "'quoted'", ' =1', '_@']) {
    test(`an ordinary one stays as it is: ${JSON.stringify(text)}`, () => {
      assert.equal(escapeFormula(text), text);
      assert.equal(unescapeFormula(text), text);
    });
  }

  test('no text changes on its way out and in, and none begins like a formula in between', () => {
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
