import type { FieldFault } from '../../domain/errors.ts';
import { unguardCell } from '../../domain/formula.ts';
import type { ImportedUser } from '../../domain/imports.ts';
import { canonicalUsername, cleanName, isNameTooLong } from '../../domain/people/user.ts';
import type { CsvColumn, UserCells } from './columns.ts';
import { UnreadableFile, type FileRow } from './read-file.ts';

/** A row with its cells understood, as far as they can be. */
export interface ReadRow {
  readonly line: number;
  /** Canonical. */
  readonly username: string;
  /** What the row says of the user; what it leaves empty is not in it. */
  readonly given: Partial<ImportedUser>;
  /** The names as the file has them, to be compared with what is kept. */
  readonly verbatim: Partial<Record<keyof ImportedUser, string>>;
  /** Names that are longer than names may be. */
  readonly tooLong: readonly (keyof ImportedUser)[];
  readonly faults: readonly FieldFault[];
}

/** The column of each place in a row; null where a heading is empty. */
export type Columns = readonly (CsvColumn | null)[];

const maxQuoteLength = 40;
const maxNamed = 5;
// More is no user name, however much of it folds away.
const maxTypedLength = 1_000;

const quote = (text: string): string => {
  const clean = cleanName(text);
  return clean.length > maxQuoteLength ? `${clean.slice(0, maxQuoteLength)}…` : clean;
};
const quoteSome = (names: readonly string[]): string[] => [...new Set(names.map(quote))].slice(0, maxNamed);

/** Understands the headings. @throws UnreadableFile for those that are unknown, twice there, or missing */
export function readHeadings({ cells }: FileRow, csv: UserCells): Columns {
  const columns = cells.map((cell) => (cell.trim() === '' ? null : csv.columnOf(unguardCell(cell))));
  const unknown = cells.filter((cell, index) => columns[index] === null && cell.trim() !== '');
  if (!columns.includes('username'))
    throw new UnreadableFile({ code: 'import.usernameColumnMissing', parameters: { names: quoteSome(cells) } });
  if (unknown.length > 0)
    throw new UnreadableFile({ code: 'import.unknownColumns', parameters: { names: quoteSome(unknown) } });
  const twice = cells.filter(
    (_, index) => columns[index] !== null && columns.indexOf(columns[index] ?? null) !== index,
  );
  if (twice.length > 0)
    throw new UnreadableFile({ code: 'import.duplicateColumns', parameters: { names: quoteSome(twice) } });
  return columns;
}

/** @returns whether there is nothing in a row: spreadsheets write such ones as a line of delimiters */
export const isBlank = ({ cells }: FileRow): boolean => cells.every((cell) => cell.trim() === '');

const names = ['firstName', 'lastName', 'displayName'] as const;

type CellOf = (column: CsvColumn) => string;

/** Understands the cells of a row by its columns. */
export function readCells({ line, cells }: FileRow, columns: Columns, csv: UserCells): ReadRow {
  const cellOf: CellOf = (column) => unguardCell(cells[columns.indexOf(column)] ?? '');
  const username = canonicalUsername(cellOf('username').slice(0, maxTypedLength));
  const stray = cells.some((cell, index) => (columns[index] ?? null) === null && cell.trim() !== '');
  const words = readWords(cellOf, csv);
  const faults: FieldFault[] = [];
  if (stray) faults.push({ field: 'username', code: 'importRow.strayCells' });
  if (username === '') faults.push({ field: 'username', code: 'username.missing' });
  faults.push(...words.faults);
  const verbatim = Object.fromEntries(names.map((field) => [field, cellOf(field)]));
  const cleaned = names.map((field) => [field, cleanName(cellOf(field))] as const).filter(([, name]) => name !== '');
  const tooLong = names.filter((field) => isNameTooLong(cellOf(field)));
  return {
    line,
    username,
    given: { ...Object.fromEntries<string>(cleaned), ...words.given },
    verbatim,
    tooLong,
    faults,
  };
}

// What a cell leaves empty is not said; what no word of its column says is a fault.
function readWords(cellOf: CellOf, csv: UserCells): Pick<ReadRow, 'given' | 'faults'> {
  const said = [
    ['administratorLevel', csv.levelOf('administratorLevel', cellOf('administratorLevel'))],
    ['agentLevel', csv.levelOf('agentLevel', cellOf('agentLevel'))],
    ['language', csv.languageOf(cellOf('language'))],
  ] as const;
  const unknown = said.filter(([field, word]) => word === undefined && cellOf(field).trim() !== '');
  return {
    given: Object.fromEntries(said.filter(([, word]) => word !== undefined)),
    faults: unknown.map(([field]): FieldFault => ({
      field,
      code: 'importRow.unknownValue',
      parameters: { value: quote(cellOf(field)) },
    })),
  };
}
