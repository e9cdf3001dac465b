import { setImmediate as nextTurn } from 'node:timers/promises';
import { conflict, inField, notFound, type FieldFault } from '../../domain/errors.ts';
import {
  importRetentionMs,
  isImportInForce,
  importModes,
  maxImportBytes,
  maxImportMebibytes,
  canConfirm,
  type Counts,
  type ImportMode,
  type RowOutcome,
  type PlannedRow,
} from '../../domain/imports.ts';
import type { Scope } from '../../domain/scope.ts';
import { cleanName } from '../../domain/people/user.ts';
import { type Throttle, tenantsStore, usersBatchStore } from '../accounts/index.ts';
import type { UserCsvVocabulary } from './csv-vocabulary.ts';
import { isBlank, parseRow, parseHeadings, type Columns, type ParsedRow } from './parse-rows.ts';
import { readRows, UnreadableFile } from './read-file.ts';
import { planRow, refuse } from './plan-rows.ts';
import type { Import } from './imports.mapping.ts';
import * as importsStore from './imports.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { choiceFault, rejectFaults } from '../../domain/validation.ts';
import { bind } from '../../platform/bind.ts';

export const maxRows = 10_000;
const maxKept = 10;
const rowsPerBatch = 250;
const maxFileNameLength = 120;

export interface UploadedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export type StageResult =
  | { readonly outcome: 'staged'; readonly id: string }
  | { readonly outcome: 'invalid'; readonly faults: readonly FieldFault[] };

export type Imports = ReturnType<typeof createImports>;

export interface ImportsDependencies {
  readonly database: Database;
  readonly csv: UserCsvVocabulary;
  readonly throttle: Throttle;
  readonly clock: () => number;
}

/** @throws Failure notFound for an unknown ID, an expired import, and an import of another user */
export async function load(deps: ImportsDependencies, scope: Scope, id: string): Promise<Import> {
  const { database, clock } = deps;
  const found = await importsStore.find(database, scope, id);
  if (found === null || !isImportInForce(found, clock())) throw notFound();
  return found;
}

async function readAndPlan(
  deps: ImportsDependencies,
  scope: Scope,
  bytes: Buffer,
  add: (rows: readonly PlannedRow[]) => Promise<void>,
): Promise<Counts> {
  const { database } = deps;
  const counts: Record<RowOutcome, number> = { added: 0, changed: 0, unchanged: 0, refused: 0 };
  const plan = createPlanner(deps, scope, (await tenantsStore.findOwn(database, scope))?.domains ?? []);
  for await (const rows of inBatches(parseRows(deps, bytes))) {
    const planned = await plan(rows);
    for (const { outcome } of planned) counts[outcome]++;
    await add(planned);
    await nextTurn();
  }
  if (Object.values(counts).every((count) => count === 0)) throw new UnreadableFile({ code: 'import.noRows' });
  return counts;
}

async function* parseRows(deps: ImportsDependencies, bytes: Buffer): AsyncGenerator<ParsedRow> {
  const { csv } = deps;
  let columns: Columns | null = null;
  let count = 0;
  for await (const row of readRows(bytes, (text) => csv.columnOf(text) !== null)) {
    if (isBlank(row)) continue;
    if (columns === null) columns = parseHeadings(row, csv);
    else if (++count > maxRows)
      throw new UnreadableFile({ code: 'import.tooManyRows', parameters: { count: maxRows } });
    else yield parseRow(row, columns, csv);
  }
}

function createPlanner(deps: ImportsDependencies, scope: Scope, domains: readonly string[]) {
  const { database, clock } = deps;
  const seen = new Map<string, number>();
  return async (rows: readonly ParsedRow[]): Promise<PlannedRow[]> => {
    const holders = await usersBatchStore.findByUsernames(
      database,
      scope,
      rows.map(({ username }) => username),
    );
    const context = { domains, now: clock() };
    return rows.map((row) => {
      const first = seen.get(row.username);
      if (first === undefined) seen.set(row.username, row.line);
      const isDuplicate = row.username !== '' && first !== undefined;
      if (isDuplicate)
        return refuse(row, { field: 'username', code: 'importRow.duplicate', parameters: { line: first } });
      return planRow(scope, context, row, holders.get(row.username));
    });
  };
}

/** Reads a file, and stages what to do with each row, without changing any user. @throws Failure throttled */
export async function stage(deps: ImportsDependencies, scope: Scope, file: UploadedFile): Promise<StageResult> {
  const { throttle, clock, database } = deps;
  if (file.bytes.length > maxImportBytes) {
    const parameters = { size: maxImportMebibytes };
    return { outcome: 'invalid', faults: [{ field: 'file', code: 'import.tooLarge', parameters }] };
  }
  await throttle.requireBudget(scope, 'import');
  const at = clock();
  const fileName = cleanName(file.name).slice(0, maxFileNameLength);
  const staging = await importsStore.begin(database, scope, { fileName, at, expiresAt: at + importRetentionMs });
  try {
    await staging.stage(await readAndPlan(deps, scope, file.bytes, staging.add));
  } catch (error) {
    await staging.discard();
    if (error instanceof UnreadableFile) return { outcome: 'invalid', faults: [inField('file', error.fault)] };
    throw error;
  }
  await importsStore.deleteOlder(database, scope, staging.id, maxKept);
  return { outcome: 'staged', id: staging.id };
}

/**
 * Confirms an import. A background job applies it.
 * @returns false if it is not staged.
 * @throws Failure badRequest or conflict
 */
export async function confirm(
  deps: ImportsDependencies,
  scope: Scope,
  found: Import,
  mode: ImportMode,
  epoch: number,
): Promise<boolean> {
  const { database, clock } = deps;
  rejectFaults(choiceFault('mode', importModes, mode));
  if (found.state !== 'staged') return false;
  if (!canConfirm(mode, found.counts)) throw conflict('import.modeNotPossible');
  return importsStore.confirm(database, scope, found.id, { mode, epoch, expiresAt: clock() + importRetentionMs });
}

/** Imports of users from files. An upload is staged for review and then confirmed by the user who uploaded it. */
export const createImports = (deps: ImportsDependencies) => bind(deps, { load, stage, confirm });

async function* inBatches(rows: AsyncIterable<ParsedRow>): AsyncGenerator<ParsedRow[]> {
  let batch: ParsedRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < rowsPerBatch) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
