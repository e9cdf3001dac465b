// What makes a spreadsheet calculate instead of show: also in full width, and behind the apostrophes that keep it from it.
const beginsLikeFormula = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** @returns the text of a cell as it is written into a file: what a spreadsheet would calculate has an apostrophe in front */
export const escapeFormula = (text: string): string => (beginsLikeFormula.test(text) ? `'${text}` : text);

/** Takes back what `guardCell` did, and nothing else: an apostrophe in front of an ordinary name is a part of it. */
export const unescapeFormula = (cell: string): string =>
  cell.startsWith("'") && beginsLikeFormula.test(cell) ? cell.slice(1) : cell;
