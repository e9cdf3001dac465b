import { randomUUID } from 'node:crypto';
import { processInChunks } from '../../platform/database/chunks.ts';
import { insertRows } from '../../platform/database/insert.ts';
import type { Knex } from 'knex';
import { type Build, type Database, preparedQuery } from '../../platform/database/database.ts';
import {
  noNotes,
  type Counts,
  type ImportMode,
  type ImportNotes,
  type RowOutcome,
  type PlannedRow,
} from '../../domain/imports.ts';
import type { Scope } from '../../domain/scope.ts';
import {
  toImport,
  toPlannedRow,
  toRecord,
  type Import,
  type ImportRecord,
  type PlannedRowRecord,
} from './imports.mapping.ts';
import { actingUserId } from '../../domain/principal.ts';
import { deleteWithRows, ownerColumns, ownImport } from './delete-imports.store.ts';

/** The position of a page of rows: after or before a row number. */
export type RowPageStart = { readonly after: number } | { readonly before: number };

const rowsPerInsert = 100;

// Use prepared statements: in SQLite, they do not wait for an import that is being applied.
function selectOwnImports(knex: Knex, $: Parameters<Build>[1]): Knex.QueryBuilder {
  return knex('imports')
    .where({ tenant_id: $('tenant'), user_id: $('user') })
    .whereNot('state', 'reading');
}

function selectOwnImport(knex: Knex, $: Parameters<Build>[1]): Knex.QueryBuilder {
  return selectOwnImports(knex, $).where({ id: $('id') });
}

const findOne = preparedQuery<ImportRecord>('imports.find', selectOwnImport);

const listOwn = preparedQuery<ImportRecord>('imports.list', (knex, $) =>
  selectOwnImports(knex, $).orderBy('created_at', 'desc'),
);

function valuesOf(scope: Scope) {
  return { tenant: scope.tenant.id, user: actingUserId(scope) };
}

/**
 * Creates an import, which is not visible until it is staged. Times are epoch ms.
 * @returns functions to write its rows
 */
export async function begin(
  database: Database,
  scope: Scope,
  details: { fileName: string; at: number; expiresAt: number },
) {
  const id = randomUUID();
  const { fileName, at, expiresAt } = details;
  const row = {
    id,
    ...ownerColumns(scope),
    file_name: fileName,
    state: 'reading',
    notes: JSON.stringify(noNotes),
    created_at: at,
    expires_at: expiresAt,
  };
  await database.knex('imports').insert(row);
  return {
    id,
    // Use one transaction, because each commit waits for the disk.
    add: (rows: readonly PlannedRow[]): Promise<void> =>
      database.transaction((tx) =>
        processInChunks(rows, rowsPerInsert, async (some) => {
          await insertRows(
            tx,
            'import_rows',
            some.map((each) => Object.assign({ import_id: id, epoch: 0 }, toRecord(each))),
          );
        }),
      ),
    stage: async (counts: Counts, notes: ImportNotes = noNotes): Promise<void> => {
      await ownImport(database, scope, id).update({ state: 'staged', ...counts, notes: JSON.stringify(notes) });
    },
    discard: (): Promise<void> => deleteWithRows(database, id),
  };
}

/** @returns the import; null if the ID is unknown or belongs to another user */
export async function find(database: Database, scope: Scope, id: string): Promise<Import | null> {
  const [row] = await findOne(database, { ...valuesOf(scope), id });
  return row === undefined ? null : toImport(row);
}

/** @returns the actor's imports, the latest first */
export async function list(database: Database, scope: Scope): Promise<Import[]> {
  return (await listOwn(database, valuesOf(scope))).map(toImport);
}

/**
 * @returns a page of rows in order of row number, plus one extra row if there are more. For `before`, the order is
 * descending
 */
export async function rows(
  database: Database,
  scope: Scope,
  id: string,
  outcome: RowOutcome | null,
  from: RowPageStart,
  limit: number,
): Promise<PlannedRow[]> {
  const backwards = 'before' in from;
  const query = preparedQuery<PlannedRowRecord>(`imports.rows ${outcome} ${backwards} ${limit}`, (knex, $) => {
    const rows = knex('import_rows')
      .where('import_id', $('id'))
      .whereExists(selectOwnImport(knex, $))
      .where('line', backwards ? '<' : '>', $('line'))
      .orderBy('line', backwards ? 'desc' : 'asc')
      .limit(limit + 1);
    return outcome === null ? rows : rows.where({ outcome });
  });
  const line = backwards ? from.before : from.after;
  return (await query(database, { ...valuesOf(scope), id, line })).map(toPlannedRow);
}

/**
 * Confirms a staged import of the scope's actor.
 * @param confirmation.epoch the actor's epoch: if it changes because the actor is blocked or receives a new credential,
 * the import is aborted
 * @returns whether the import was still staged; false if it had already been confirmed
 */
export async function confirm(
  database: Database,
  scope: Scope,
  id: string,
  confirmation: { mode: ImportMode; epoch: number; expiresAt: number },
): Promise<boolean> {
  const { mode, epoch, expiresAt } = confirmation;
  const origin = { request_id: scope.requestId, address: scope.address };
  const changes = { state: 'confirmed', mode, user_epoch: epoch, expires_at: expiresAt, ...origin };
  return (await ownImport(database, scope, id).where('state', 'staged').update(changes)) === 1;
}
