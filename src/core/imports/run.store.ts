import { setImmediate as nextTurn } from 'node:timers/promises';
import { processInChunks } from '../../platform/database/chunks.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Counts, ImportMode, ImportState, PlannedRow, AbortReason } from '../../domain/imports.ts';
import { toPlannedRow, toRecord, type ImportRecord, type PlannedRowRecord } from './rows.ts';

/** An import that somebody wants done, with everything that says who, and from where. */
export interface WantedImport {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  /** The user's epoch when they wanted it. */
  readonly userEpoch: number;
  readonly mode: ImportMode;
  readonly counts: Counts;
  readonly requestId: string;
  readonly address: string | null;
}

const rowsReadAtOnce = 250;
const rowsWrittenAtOnce = 100;

/** @returns the imports that are wanted, in any tenant of the region */
export async function listWantedAcrossTenants(database: Database): Promise<WantedImport[]> {
  const rows = (await database.knex('imports').where('state', 'wanted').orderBy('id')) as ImportRecord[];
  return rows.map(toWanted);
}

/** @returns whether it is wanted still; asked within the transaction that does it, behind the tenant's lock */
export async function isWanted(database: Database, id: string): Promise<boolean> {
  return (await database.knex('imports').where({ id, state: 'wanted' }).select('id')).length === 1;
}

/** Reads the rows that would do something, some at a time. They do not change while an import is wanted. */
export async function* effective(database: Database, id: string): AsyncGenerator<PlannedRow[]> {
  for (let last = 0; ; await nextTurn()) {
    const query = database.knex('import_rows').where('import_id', id).where('line', '>', last);
    const rows = (await query
      .whereIn('outcome', ['added', 'changed'])
      .orderBy('line')
      .limit(rowsReadAtOnce)) as PlannedRowRecord[];
    yield rows.map(toPlannedRow);
    if (rows.length < rowsReadAtOnce) return;
    last = rows.at(-1)?.line ?? last;
  }
}

/** Writes down what became of rows for which it was not what had been shown. */
export function settle(database: Database, id: string, rows: readonly PlannedRow[]): Promise<void> {
  return processInChunks(rows, rowsWrittenAtOnce, async (some) => {
    const values = some.map(toRecord).flatMap(({ line, outcome, data }) => [line, outcome, data]);
    await database.knex.raw(
      `with settled (line, outcome, data) as (values ${some.map(() => '(cast(? as integer), ?, ?)').join(', ')})
           update import_rows set outcome = settled.outcome, data = settled.data
           from settled where import_rows.import_id = ? and import_rows.line = settled.line`,
      [...values, id],
    );
  });
}

/** Ends an import, in the transaction of what it did. Times are epoch ms. */
export async function finish(
  database: Database,
  id: string,
  end: {
    state: Extract<ImportState, 'done' | 'stopped'>;
    counts: Counts;
    stoppedBy: AbortReason | null;
    at: number;
    expiresAt: number;
  },
): Promise<void> {
  const { state, counts, stoppedBy, at, expiresAt } = end;
  const origin = { request_id: null, address: null };
  await database
    .knex('imports')
    .where({ id })
    .update({ state, ...counts, stopped_by: stoppedBy, finished_at: at, expires_at: expiresAt, ...origin });
}

function toWanted(row: ImportRecord): WantedImport {
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
