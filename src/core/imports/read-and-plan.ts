import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  maxImportRows,
  type Counts,
  type ImportNotes,
  type PlannedRow,
  type RowOutcome,
} from '../../domain/imports.ts';
import { domainOf } from '../../domain/people/user.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Database } from '../../platform/database/database.ts';
import { loadSpareApprover, tenantsStore, usersBatchStore } from '../accounts/index.ts';
import type { UserCsvVocabulary } from './csv-vocabulary.ts';
import { hasDamagedLetters } from './damaged-letters.ts';
import { parseHeadings, type Columns } from './parse-headings.ts';
import { parseRow, parseUsername, type ParsedRow } from './parse-rows.ts';
import { planRow, refuse, type FileContext } from './plan-rows.ts';
import { isBlank, openFile, type OpenedFile } from './read-file.ts';
import type { FileRow } from './record-stream.ts';
import { UnreadableFile } from './unreadable-file.ts';

const rowsPerBatch = 250;
/** The number of rows that are read to find out which column contains the user names. */
const sampleSize = 20;

export interface ReadAndPlanDependencies {
  readonly database: Database;
  readonly csv: UserCsvVocabulary;
}

export interface ReadResult {
  readonly counts: Counts;
  readonly notes: ImportNotes;
}

/**
 * Reads a file and plans its rows in batches.
 * @throws UnreadableFile
 */
export async function readAndPlan(
  deps: ReadAndPlanDependencies,
  scope: Scope,
  context: Omit<FileContext, 'domains' | 'spareApprover'>,
  bytes: Buffer,
  add: (rows: readonly PlannedRow[]) => Promise<void>,
): Promise<ReadResult> {
  const { database, csv } = deps;
  const domains = (await tenantsStore.findOwn(database, scope))?.domains ?? [];
  const file = await openFile(bytes, (text) => csv.headingOf(text) !== null);
  const { columns, rows } = await readColumns(file, csv, (cell) => domains.includes(domainOf(parseUsername(cell))));
  const counts: Record<RowOutcome, number> = { added: 0, changed: 0, unchanged: 0, refused: 0 };
  let damagedRows = 0;
  const { nameOrder, now } = context;
  const spareApprover = await loadSpareApprover(database, scope, now);
  const plan = createPlanner(database, scope, { domains, nameOrder, now, spareApprover });
  for await (const batch of inBatches(rows)) {
    const planned = await plan(batch.map((row) => parseRow(row, columns, csv)));
    for (const row of planned) {
      counts[row.outcome]++;
      if (hasDamagedLetters(row)) damagedRows++;
    }
    await add(planned);
    await nextTurn();
  }
  if (Object.values(counts).every((count) => count === 0)) throw new UnreadableFile({ code: 'import.noRows' });
  return { counts, notes: toNotes(file, columns, damagedRows) };
}

function toNotes(file: OpenedFile, columns: Columns, damagedRows: number): ImportNotes {
  const { usernameHeading, passwordHeadings, otherColumns } = columns;
  return {
    encoding: file.encoding === 'windows-1252' ? file.encoding : null,
    skipped: file.skipped.map((text) => text.slice(0, maxShownLength)),
    usernameHeading,
    passwordHeadings,
    otherColumns,
    damagedRows,
  };
}

const maxShownLength = 100;

/**
 * Reads the headings and a sample of the rows below them.
 * @returns all rows that are not blank, including the sample
 */
async function readColumns(file: OpenedFile, csv: UserCsvVocabulary, isOwnUsername: (cell: string) => boolean) {
  const rest = withoutBlank(file.rows);
  const headings = await rest.next();
  if (headings.done === true) throw new UnreadableFile({ code: 'import.noRows' });
  const sample: FileRow[] = [];
  while (sample.length < sampleSize) {
    const next = await rest.next();
    if (next.done === true) break;
    sample.push(next.value);
  }
  return { columns: parseHeadings(headings.value, sample, csv, isOwnUsername), rows: limited(sample, rest) };
}

async function* withoutBlank(rows: AsyncIterable<FileRow>): AsyncGenerator<FileRow, void> {
  for await (const row of rows) if (!isBlank(row)) yield row;
}

async function* limited(sample: readonly FileRow[], rest: AsyncIterable<FileRow>): AsyncGenerator<FileRow> {
  yield* sample;
  let count = sample.length;
  for await (const row of rest) {
    if (++count > maxImportRows)
      throw new UnreadableFile({ code: 'import.tooManyRows', parameters: { count: maxImportRows } });
    yield row;
  }
}

function createPlanner(database: Database, scope: Scope, context: FileContext) {
  /**
   * The number of the first row with each user name that was not refused. A later row with that name is a duplicate.
   */
  const seen = new Map<string, number>();
  return async (rows: readonly ParsedRow[]): Promise<PlannedRow[]> => {
    const usernames = rows.map(({ username }) => username);
    const holders = await usersBatchStore.findByUsernames(database, scope, usernames);
    return rows.map((row) => {
      const first = row.username === '' ? undefined : seen.get(row.username);
      if (first !== undefined)
        return refuse(context, row, [{ field: 'username', code: 'importRow.duplicate', parameters: { line: first } }]);
      const planned = planRow(scope, context, row, holders.get(row.username));
      if (planned.outcome !== 'refused') seen.set(row.username, row.line);
      return planned;
    });
  };
}

async function* inBatches(rows: AsyncIterable<FileRow>): AsyncGenerator<FileRow[]> {
  let batch: FileRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < rowsPerBatch) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
