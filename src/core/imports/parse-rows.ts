import type { FieldFault } from '../../domain/errors.ts';
import { unescapeFormula } from '../../domain/spreadsheet-cell.ts';
import type { ImportedUser } from '../../domain/imports.ts';
import { canonicalUsername, cleanName, isNameTooLong } from '../../domain/people/user.ts';
import type { CsvColumn, UserCsvVocabulary } from './csv-vocabulary.ts';
import { UnreadableFile, type FileRow } from './read-file.ts';

/** A parsed row. Cells that could not be parsed are in `faults`. */
export interface ParsedRow {
  readonly line: number;
  /** The canonical user name, which is not necessarily valid. */
  readonly username: string;
  /** The values of the non-empty cells. */
  readonly values: Partial<ImportedUser>;
  /** The names exactly as in the file, to compare with the stored names. */
  readonly verbatim: Partial<Record<keyof ImportedUser, string>>;
  /** The name fields that exceed the maximum length. */
  readonly tooLong: readonly (keyof ImportedUser)[];
  readonly faults: readonly FieldFault[];
}

/** The column at each index of a row; null if its heading is empty. */
export type Columns = readonly (CsvColumn | null)[];

const maxQuoteLength = 40;
const maxNamed = 5;
// Longer text cannot be a user name, even after normalization.
const maxTypedLength = 1_000;

const quote = (text: string): string => {
  const clean = cleanName(text);
  return clean.length > maxQuoteLength ? `${clean.slice(0, maxQuoteLength)}…` : clean;
};
const quoteSome = (names: readonly string[]): string[] => [...new Set(names.map(quote))].slice(0, maxNamed);

/** Parses the header row. @throws UnreadableFile for unknown, duplicate or missing headings */
export function parseHeadings({ cells }: FileRow, csv: UserCsvVocabulary): Columns {
  const columns = cells.map((cell) => (cell.trim() === '' ? null : csv.columnOf(unescapeFormula(cell))));
  const unknown = cells.filter((cell, index) => columns[index] === null && cell.trim() !== '');
  if (!columns.includes('username'))
    throw new UnreadableFile({ code: 'import.usernameColumnMissing', parameters: { names: quoteSome(cells) } });
  if (unknown.length > 0)
    throw new UnreadableFile({ code: 'import.unknownColumns', parameters: { names: quoteSome(unknown) } });
  const duplicates = cells.filter(
    (_, index) => columns[index] !== null && columns.indexOf(columns[index] ?? null) !== index,
  );
  if (duplicates.length > 0)
    throw new UnreadableFile({ code: 'import.duplicateColumns', parameters: { names: quoteSome(duplicates) } });
  return columns;
}

/** @returns whether all cells of a row are blank. Spreadsheets write empty rows as lines of delimiters. */
export const isBlank = ({ cells }: FileRow): boolean => cells.every((cell) => cell.trim() === '');

const names = ['firstName', 'lastName', 'displayName'] as const;

type CellOf = (column: CsvColumn) => string;

/** Parses the cells of a row. */
export function parseRow({ line, cells }: FileRow, columns: Columns, csv: UserCsvVocabulary): ParsedRow {
  const cellOf: CellOf = (column) => unescapeFormula(cells[columns.indexOf(column)] ?? '');
  const username = canonicalUsername(cellOf('username').slice(0, maxTypedLength));
  const stray = cells.some((cell, index) => (columns[index] ?? null) === null && cell.trim() !== '');
  const choices = parseChoices(cellOf, csv);
  const faults: FieldFault[] = [];
  if (stray) faults.push({ field: 'username', code: 'importRow.strayCells' });
  if (username === '') faults.push({ field: 'username', code: 'username.missing' });
  faults.push(...choices.faults);
  const verbatim = Object.fromEntries(names.map((field) => [field, cellOf(field)]));
  const cleaned = names.map((field) => [field, cleanName(cellOf(field))] as const).filter(([, name]) => name !== '');
  const tooLong = names.filter((field) => isNameTooLong(cellOf(field)));
  return {
    line,
    username,
    values: { ...Object.fromEntries<string>(cleaned), ...choices.values },
    verbatim,
    tooLong,
    faults,
  };
}

// Empty cells are ignored. Text that is not a known value of its column is a fault.
function parseChoices(cellOf: CellOf, csv: UserCsvVocabulary): Pick<ParsedRow, 'values' | 'faults'> {
  const parsed = [
    ['administratorLevel', csv.levelOf('administratorLevel', cellOf('administratorLevel'))],
    ['agentLevel', csv.levelOf('agentLevel', cellOf('agentLevel'))],
    ['language', csv.languageOf(cellOf('language'))],
  ] as const;
  const unknown = parsed.filter(([field, value]) => value === undefined && cellOf(field).trim() !== '');
  return {
    values: Object.fromEntries(parsed.filter(([, value]) => value !== undefined)),
    faults: unknown.map(([field]): FieldFault => ({
      field,
      code: 'importRow.unknownValue',
      parameters: { value: quote(cellOf(field)) },
    })),
  };
}
