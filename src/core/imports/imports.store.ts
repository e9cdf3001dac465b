import { randomUUID } from 'node:crypto';
import { processInChunks } from '../../platform/database/chunks.ts';
import type { Knex } from 'knex';
import { type Build, type Database, preparedQuery } from '../../platform/database/database.ts';
import type { Counts, ImportMode, RowOutcome, PlannedRow } from '../../domain/imports.ts';
import type { Scope } from '../../domain/scope.ts';
import { toImport, toPlannedRow, toRecord, type Import, type ImportRecord, type PlannedRowRecord } from './rows.ts';
import { actingUserId } from '../../domain/principal.ts';

/** A place among the rows of an import: behind a line, or in front of one. */
export type RowsFrom = { readonly after: number } | { readonly before: number };

const rowsWrittenAtOnce = 100;

function own(scope: Scope) {
  return { tenant_id: scope.tenant.id, user_id: actingUserId(scope) };
}

function mine(database: Database, scope: Scope, id: string) {
  return database.knex('imports').where({ ...own(scope), id });
}

// Prepared, for another reason than speed: in SQLite they do not wait for an import that is being done.
function ownOnes(knex: Knex, $: Parameters<Build>[1]): Knex.QueryBuilder {
  return knex('imports')
    .where({ tenant_id: $('tenant'), user_id: $('user') })
    .whereNot('state', 'reading');
}

function ownOne(knex: Knex, $: Parameters<Build>[1]): Knex.QueryBuilder {
  return ownOnes(knex, $).where({ id: $('id') });
}

const findOne = preparedQuery<ImportRecord>('imports.find', ownOne);

const listOwn = preparedQuery<ImportRecord>('imports.list', (knex, $) =>
  ownOnes(knex, $).orderBy('created_at', 'desc'),
);

function valuesOf(scope: Scope) {
  return { tenant: scope.tenant.id, user: actingUserId(scope) };
}

/** Begins an import that nobody sees until it is staged. Times are epoch ms. @returns what writes the rest of it */
export async function begin(
  database: Database,
  scope: Scope,
  details: { fileName: string; at: number; expiresAt: number },
) {
  const id = randomUUID();
  const { fileName, at, expiresAt } = details;
  const row = { id, ...own(scope), file_name: fileName, state: 'reading', created_at: at, expires_at: expiresAt };
  await database.knex('imports').insert(row);
  return {
    id,
    // In one transaction, for each that ends makes the disk wait.
    add: (rows: readonly PlannedRow[]): Promise<void> =>
      database.transaction((tx) =>
        processInChunks(rows, rowsWrittenAtOnce, async (some) => {
          await tx.knex('import_rows').insert(some.map((each) => ({ import_id: id, ...toRecord(each) })));
        }),
      ),
    stage: async (counts: Counts): Promise<void> => {
      await mine(database, scope, id).update({ state: 'staged', ...counts });
    },
    drop: async (): Promise<void> => {
      await mine(database, scope, id).delete();
    },
  };
}

/** Deletes all of the actor's imports but the one just staged, the latest others up to `count` in all, and those under way. */
export async function keepLatest(database: Database, scope: Scope, staged: string, count: number): Promise<void> {
  const others = database
    .knex('imports')
    .where(own(scope))
    .whereNotIn('state', ['wanted', 'reading'])
    // Of those of the same millisecond it might not be the first.
    .whereNot({ id: staged });
  const rows = await others
    .orderBy('created_at', 'desc')
    .select<{ id: string }[]>('id')
    .offset(count - 1)
    .limit(count);
  for (const { id } of rows) await mine(database, scope, id).delete();
}

/** @returns the import, or null: for a stranger's id, also a colleague's, as for one that never was */
export async function find(database: Database, scope: Scope, id: string): Promise<Import | null> {
  const [row] = await findOne(database, { ...valuesOf(scope), id });
  return row === undefined ? null : toImport(row);
}

/** @returns what is kept of the actor's imports, the latest first */
export async function list(database: Database, scope: Scope): Promise<Import[]> {
  return (await listOwn(database, valuesOf(scope))).map(toImport);
}

/** @returns one row more than asked for where there is a further one, in the order of lines, or against it for `before` */
export async function rows(
  database: Database,
  scope: Scope,
  id: string,
  outcome: RowOutcome | null,
  from: RowsFrom,
  limit: number,
): Promise<PlannedRow[]> {
  const backwards = 'before' in from;
  const query = preparedQuery<PlannedRowRecord>(`imports.rows ${outcome} ${backwards} ${limit}`, (knex, $) => {
    const rows = knex('import_rows')
      .where('import_id', $('id'))
      .whereExists(ownOne(knex, $))
      .where('line', backwards ? '<' : '>', $('line'))
      .orderBy('line', backwards ? 'desc' : 'asc')
      .limit(limit + 1);
    return outcome === null ? rows : rows.where({ outcome });
  });
  const line = backwards ? from.before : from.after;
  return (await query(database, { ...valuesOf(scope), id, line })).map(toPlannedRow);
}

/**
 * Marks a staged import as wanted by the scope's actor, in the scope's request.
 * @param wish.epoch the actor's, so that nothing is done for whoever was blocked or reset meanwhile
 * @returns whether it was staged still: it is wanted once
 */
export async function want(
  database: Database,
  scope: Scope,
  id: string,
  wish: { mode: ImportMode; epoch: number; expiresAt: number },
): Promise<boolean> {
  const { mode, epoch, expiresAt } = wish;
  const origin = { request_id: scope.requestId, address: scope.address };
  const changes = { state: 'wanted', mode, user_epoch: epoch, expires_at: expiresAt, ...origin };
  return (await mine(database, scope, id).where('state', 'staged').update(changes)) === 1;
}
