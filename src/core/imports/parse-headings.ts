import type { OtherColumn } from '../../domain/imports.ts';
import { cleanName } from '../../domain/people/user.ts';
import { unescapeFormula } from '../../domain/spreadsheet-cell.ts';
import { csvColumns, type CsvColumn, type Heading, type UserCsvVocabulary } from './csv-vocabulary.ts';
import type { FileRow } from './record-stream.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** The columns of a file, in the order of the file, and the headings that its review page mentions. */
export interface Columns {
  /** The column at each index; `ignored` if it is not imported, null if its heading is empty. */
  readonly columns: readonly (CsvColumn | 'ignored' | null)[];
  readonly usernameHeading: string | null;
  readonly passwordHeadings: readonly string[];
  readonly otherColumns: readonly OtherColumn[];
}

const maxQuoteLength = 40;
const maxNamed = 5;
/** The maximum number of unknown columns. A page that listed more columns could not be reviewed. */
const maxOtherColumns = 100;

export const quote = (text: string): string => {
  const clean = cleanName(text);
  return clean.length > maxQuoteLength ? `${clean.slice(0, maxQuoteLength)}…` : clean;
};
const quoteSome = (names: readonly string[]): string[] => [...new Set(names.map(quote))].slice(0, maxNamed);

interface Cell {
  readonly index: number;
  readonly text: string;
  readonly heading: Heading | null;
}

/**
 * Parses the header row.
 * @param sample the first rows below it
 * @param isOwnUsername returns whether a cell can be a user name of the tenant. Used to choose between several possible
 * user name columns, such as an account name and an email address
 * @throws UnreadableFile for duplicate headings, a missing user name column, or too many unknown headings
 */
export function parseHeadings(
  { cells: texts }: Pick<FileRow, 'cells'>,
  sample: readonly Pick<FileRow, 'cells'>[],
  csv: UserCsvVocabulary,
  isOwnUsername: (cell: string) => boolean,
): Columns {
  const cells = texts
    .map((text, index): Cell => ({ index, text, heading: csv.headingOf(unescapeFormula(text)) }))
    .filter(({ text }) => text.trim() !== '');
  const count = ({ index }: Cell): number => sample.filter((row) => isOwnUsername(row.cells[index] ?? '')).length;
  const chosen = new Map(csvColumns.map((column) => [column, choose(cells, column, count)]));
  const username = chosen.get('username');
  if (!username)
    throw new UnreadableFile({ code: 'import.usernameColumnMissing', parameters: { names: quoteSome(texts) } });
  const used = new Map([...chosen].flatMap(([column, cell]) => (cell ? [[cell.index, column] as const] : [])));
  const otherColumns = cells.filter((cell) => !used.has(cell.index) && !isIgnored(cell)).map(toOtherColumn);
  if (otherColumns.length > maxOtherColumns) {
    const names = quoteSome(otherColumns.map(({ heading }) => heading));
    throw new UnreadableFile({ code: 'import.unknownColumns', parameters: { names } });
  }
  return {
    columns: texts.map((text, index) => used.get(index) ?? (text.trim() === '' ? null : 'ignored')),
    usernameHeading: rankOf(username) === 0 ? null : quote(username.text),
    passwordHeadings: cells.filter(({ heading }) => heading?.column === 'password').map(({ text }) => quote(text)),
    otherColumns,
  };
}

const rankOf = ({ heading }: Cell): number => (heading && 'rank' in heading ? heading.rank : 0);

function choose(cells: readonly Cell[], column: CsvColumn, count: (cell: Cell) => number): Cell | null {
  const candidates = cells
    .filter(({ heading }) => heading?.column === column)
    .sort((one, other) => rankOf(one) - rankOf(other));
  const [first] = candidates;
  if (first === undefined) return null;
  const duplicates = candidates.filter((cell) => cell !== first && rankOf(cell) === rankOf(first));
  if (duplicates.length > 0) {
    const names = quoteSome(duplicates.map(({ text }) => text));
    throw new UnreadableFile({ code: 'import.duplicateColumns', parameters: { names } });
  }
  if (column !== 'username') return first;
  return candidates.reduce((best, cell) => (count(cell) > count(best) ? cell : best));
}

// These columns are never imported, so the user does not have to agree to leave them out.
const isIgnored = ({ heading }: Cell): boolean => heading?.column === 'password' || heading?.column === 'reason';

const toOtherColumn = ({ index, text, heading }: Cell): OtherColumn => ({
  index,
  heading: quote(text),
  isUsual: heading !== null,
});
