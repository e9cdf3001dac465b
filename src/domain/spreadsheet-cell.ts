// Matches characters that start a formula, including full-width ones, even if apostrophes already escape them.
const formulaStart = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** Prefixes a cell with an apostrophe if a spreadsheet would evaluate it as a formula (CSV injection). */
export const escapeFormula = (text: string): string => (formulaStart.test(text) ? `'${text}` : text);

/** Reverses `escapeFormula`. Keeps other apostrophes, which can be part of a name. */
export const unescapeFormula = (cell: string): string =>
  cell.startsWith("'") && formulaStart.test(cell) ? cell.slice(1) : cell;
