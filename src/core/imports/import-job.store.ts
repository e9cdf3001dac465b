import { setImmediate as nextTurn } from 'node:timers/promises';
import { processInChunks } from '../../platform/database/chunks.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Counts, ImportMode, ImportState, PlannedRow, AbortReason } from '../../domain/imports.ts';
import { toPlannedRow, toRecord, type ImportRecord, type PlannedRowRecord } from './imports.mapping.ts';

/** A confirmed import, with the user and request that confirmed it. */
export interface ConfirmedImport {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  /** The user's epoch at the time of the confirmation. */
  readonly userEpoch: number;
  readonly mode: ImportMode;
  readonly counts: Counts;
  readonly requestId: string;
  readonly address: string | null;
}

const rowsPerQuery = 250;
const rowsPerUpdate = 100;

/** @returns the confirmed imports of all tenants */
export async function listConfirmedAcrossTenants(database: Database): Promise<ConfirmedImport[]> {
  const rows = (await database.knex('imports').where('state', 'confirmed').orderBy('id')) as ImportRecord[];
  return rows.map(toConfirmed);
}

/**
 * Locks an import for the rest of the transaction, so that its rows are not deleted meanwhile. Call this under the
 * tenant's lock, in the transaction that applies the import.
 * @returns whether the import is still confirmed
 */
export async function lockIfConfirmed(database: Database, id: string): Promise<boolean> {
  const query = database.knex('imports').where({ id, state: 'confirmed' }).select('id');
  if (database.dialect === 'postgres') query.forUpdate();
  return (await query).length === 1;
}

/** Reads the rows that add or change users, in batches. They do not change once the import is confirmed. */
export async function* readRowsToApply(database: Database, id: string): AsyncGenerator<PlannedRow[]> {
  for (let last = 0; ; await nextTurn()) {
    const query = database.knex('import_rows').where('import_id', id).where('line', '>', last);
    const rows = (await query
      .whereIn('outcome', ['added', 'changed'])
      .orderBy('line')
      .limit(rowsPerQuery)) as PlannedRowRecord[];
    yield rows.map(toPlannedRow);
    if (rows.length < rowsPerQuery) return;
    last = rows.at(-1)?.line ?? last;
  }
}

/** Updates the outcomes of rows that could not be applied as planned. */
export function updateOutcomes(database: Database, id: string, rows: readonly PlannedRow[]): Promise<void> {
  return processInChunks(rows, rowsPerUpdate, async (some) => {
    const values = some.map(toRecord).flatMap(({ line, outcome, data }) => [line, outcome, data]);
    await database.knex.raw(
      `with settled (line, outcome, data) as (values ${some.map(() => '(cast(? as integer), ?, ?)').join(', ')})
           update import_rows set outcome = settled.outcome, data = settled.data
           from settled where import_rows.import_id = ? and import_rows.line = settled.line`,
      [...values, id],
    );
  });
}

/** Marks an import as applied or aborted, in the transaction that applies it. Times are epoch ms. */
export async function finish(
  database: Database,
  id: string,
  end: {
    state: Extract<ImportState, 'applied' | 'aborted'>;
    counts: Counts;
    abortReason: AbortReason | null;
    at: number;
    expiresAt: number;
  },
): Promise<void> {
  const { state, counts, abortReason, at, expiresAt } = end;
  const origin = { request_id: null, address: null };
  await database
    .knex('imports')
    .where({ id })
    .update({ state, ...counts, abort_reason: abortReason, finished_at: at, expires_at: expiresAt, ...origin });
}

function toConfirmed(row: ImportRecord): ConfirmedImport {
  const { added, changed, unchanged, refused } = row;
  return {
    id: row.id,
    tenantId: row.tenant_id,
    userId: row.user_id,
    userEpoch: row.user_epoch ?? -1,
    mode: row.mode ?? 'all',
    counts: { added, changed, unchanged, refused },
    requestId: row.request_id ?? row.id,
    address: row.address,
  };
}
