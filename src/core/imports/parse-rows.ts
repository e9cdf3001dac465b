import type { FieldFault } from '../../domain/errors.ts';
import { unescapeFormula } from '../../domain/spreadsheet-cell.ts';
import { importedColumns, type ImportedUser, type RefusedCells } from '../../domain/imports.ts';
import { canonicalUsername, cleanName, isNameTooLong, isUsername } from '../../domain/people/user.ts';
import { hasVisibleCharacter, removeInvisible } from '../../domain/people/visible-text.ts';
import type { CsvColumn, UserCsvVocabulary } from './csv-vocabulary.ts';
import { quote, type Columns } from './parse-headings.ts';
import type { FileRow } from './record-stream.ts';

const names = ['firstName', 'lastName', 'displayName'] as const;
type NameField = (typeof names)[number];

/** A parsed row. Cells that could not be parsed are in `faults`. */
export interface ParsedRow {
  readonly line: number;
  /** The canonical user name, which is not necessarily valid. */
  readonly username: string;
  /** The values of the non-empty cells. */
  readonly values: Partial<ImportedUser>;
  /** The names exactly as in the file, to compare with the stored names. */
  readonly verbatim: Partial<Record<keyof ImportedUser, string>>;
  /** The names that must not be stored, and why. They do not matter in a row that leaves the stored name as it is. */
  readonly nameFaults: readonly (FieldFault & { readonly field: NameField })[];
  readonly faults: readonly FieldFault[];
  /** The cells as in the file, kept in case the row is refused. */
  readonly cells: RefusedCells;
}

// Longer text cannot be a user name or a name, even after normalization.
const maxTypedLength = 1_000;

type CellOf = (column: CsvColumn) => string;

/** Parses the cells of a row. */
export function parseRow(row: FileRow, columns: Columns, csv: UserCsvVocabulary): ParsedRow {
  const { line, cells } = row;
  const cellOf: CellOf = (column) => unescapeFormula(cells[columns.columns.indexOf(column)] ?? '');
  const username = parseUsername(cellOf('username'));
  const choices = parseChoices(cellOf, csv);
  const rowFault = rowFaultOf(row, columns);
  // The cells of a malformed row may be in the wrong columns. A password must not be stored as a name, or quoted in a
  // fault.
  const isHidden = rowFault !== null && columns.passwordHeadings.length > 0;
  const cleaned = names.map((field) => [field, cleanName(cellOf(field))] as const).filter(([, name]) => name !== '');
  return {
    line,
    username: isHidden && !isUsername(username) ? '' : username,
    values: isHidden ? {} : { ...Object.fromEntries<string>(cleaned), ...choices.values },
    verbatim: Object.fromEntries(names.map((field) => [field, cellOf(field)])),
    nameFaults: names.flatMap((field) => nameFaultOf(field, cellOf(field))),
    faults: faultsOf(rowFault, isHidden, username, choices.faults),
    cells: isHidden ? {} : refusedCells(cellOf),
  };
}

/** @returns a cell as a canonical user name, which is not necessarily valid */
export const parseUsername = (cell: string): string =>
  canonicalUsername(removeInvisible(cell.slice(0, maxTypedLength)));

function faultsOf(
  rowFault: FieldFault | null,
  isHidden: boolean,
  username: string,
  choices: readonly FieldFault[],
): FieldFault[] {
  if (rowFault !== null && (isHidden || rowFault.code !== 'importRow.strayCells')) return [rowFault];
  const missing: FieldFault[] = username === '' ? [{ field: 'username', code: 'username.missing' }] : [];
  return [...(rowFault === null ? [] : [rowFault]), ...missing, ...choices];
}

function rowFaultOf({ cells, fault }: FileRow, { columns }: Columns): FieldFault | null {
  if (fault !== undefined) return { field: 'username', code: fault };
  const isStray = cells.some((cell, index) => (columns[index] ?? null) === null && cell.trim() !== '');
  return isStray ? { field: 'username', code: 'importRow.strayCells' } : null;
}

function refusedCells(cellOf: CellOf): RefusedCells {
  const filled = importedColumns.map((column) => [column, cellOf(column).slice(0, maxTypedLength)] as const);
  return Object.fromEntries(filled.filter(([, cell]) => cell.trim() !== ''));
}

// The error values of spreadsheets in any language, and the empty values of databases.
const noName = /^(?:#(?:N\/A|NV|[\p{Lu}/0]+[!?])|NULL|\(null\)|<null>|\\N)$/u;

function nameFaultOf<Field extends NameField>(field: Field, cell: string): (FieldFault & { field: Field })[] {
  const name = cleanName(cell);
  if (isNameTooLong(cell)) return [{ field, code: 'field.tooLong' }];
  if (noName.test(name)) return [{ field, code: 'importRow.noName', parameters: { value: name } }];
  const isUnnamed = field === 'displayName' && name !== '' && !hasVisibleCharacter(name);
  return isUnnamed ? [{ field, code: 'displayName.missing' }] : [];
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
