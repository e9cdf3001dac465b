import type { Database } from '../../platform/database/database.ts';
import type { MovedPasswords } from '../../domain/activity/event.ts';
import type { TableSummary } from './table-digests.ts';

/** A move of a tenant. Contains no personal data and is retained after the tenant is deleted. */
export interface Move {
  readonly id: string;
  readonly direction: 'out' | 'in';
  /** `undone`: the tenant was imported and deleted again, because the source had canceled the move. */
  readonly state: 'open' | 'cancelled' | 'done' | 'undone';
  readonly tenantId: string;
  /** The destination of a move out, or the origin of a move in. */
  readonly region: string;
  readonly domains: readonly string[];
  readonly passwords: MovedPasswords;
  /** The tenant's state before the move, which is restored after the move or when it is canceled. */
  readonly stateBefore: 'active' | 'suspended';
  /** The summary of the moved rows; null until the bundle is written. */
  readonly summary: readonly TableSummary[] | null;
  /** The report that `finishMove` stored; null until then. */
  readonly report: unknown;
  /** Epoch ms. */
  readonly beganAt: number;
  readonly endedAt: number | null;
}

interface MoveRow {
  id: string;
  direction: Move['direction'];
  state: Move['state'];
  tenant_id: string;
  region: string;
  domains: string;
  passwords: MovedPasswords;
  state_before: Move['stateBefore'];
  summary: string | null;
  report: string | null;
  began_at: number;
  ended_at: number | null;
}

/** @returns a move by its ID; null if it is unknown in this region */
export async function find(database: Database, id: string): Promise<Move | null> {
  const row = await database.knex<MoveRow>('moves').where({ id }).first();
  return row === undefined ? null : toMove(row);
}

/** @returns the tenant's open move out of this region, or null */
export async function findOpen(database: Database, tenantId: string): Promise<Move | null> {
  const row = await database
    .knex<MoveRow>('moves')
    .where({ tenant_id: tenantId, direction: 'out', state: 'open' })
    .first();
  return row === undefined ? null : toMove(row);
}

/** @returns the tenant's latest move into this region that was not undone, or null */
export function findLatestIn(database: Database, tenantId: string): Promise<Move | null> {
  return findLatest(database, { tenant_id: tenantId, direction: 'in', state: 'done' });
}

/** @returns the tenant's most recently canceled move out of this region; null if there is none */
export function findLatestCanceled(database: Database, tenantId: string): Promise<Move | null> {
  return findLatest(database, { tenant_id: tenantId, direction: 'out', state: 'cancelled' });
}

async function findLatest(database: Database, wanted: Partial<MoveRow>): Promise<Move | null> {
  const row = await database.knex<MoveRow>('moves').where(wanted).orderBy('began_at', 'desc').first();
  return row === undefined ? null : toMove(row);
}

/** @returns all moves of the region, the earliest first */
export async function list(database: Database): Promise<Move[]> {
  return (await database.knex<MoveRow>('moves').orderBy('began_at')).map(toMove);
}

export async function add(database: Database, move: Move): Promise<void> {
  await database.knex('moves').insert(toRow(move));
}

/** Updates a move with the given values. */
export async function update(
  database: Database,
  id: string,
  end: Partial<Pick<Move, 'state' | 'summary' | 'report' | 'endedAt'>>,
): Promise<void> {
  const row = {
    ...(end.state === undefined ? {} : { state: end.state }),
    ...(end.summary === undefined ? {} : { summary: JSON.stringify(end.summary) }),
    ...(end.report === undefined ? {} : { report: JSON.stringify(end.report) }),
    ...(end.endedAt === undefined ? {} : { ended_at: end.endedAt }),
  };
  await database.knex('moves').where({ id }).update(row);
}

const toMove = (row: MoveRow): Move => ({
  id: row.id,
  direction: row.direction,
  state: row.state,
  tenantId: row.tenant_id,
  region: row.region,
  domains: JSON.parse(row.domains) as string[],
  passwords: row.passwords,
  stateBefore: row.state_before,
  summary: JSON.parse(row.summary ?? 'null') as TableSummary[] | null,
  report: JSON.parse(row.report ?? 'null') as unknown,
  beganAt: row.began_at,
  endedAt: row.ended_at,
});

const toRow = (move: Move): MoveRow => ({
  id: move.id,
  direction: move.direction,
  state: move.state,
  tenant_id: move.tenantId,
  region: move.region,
  domains: JSON.stringify(move.domains),
  passwords: move.passwords,
  state_before: move.stateBefore,
  summary: move.summary === null ? null : JSON.stringify(move.summary),
  report: move.report === null ? null : JSON.stringify(move.report),
  began_at: move.beganAt,
  ended_at: move.endedAt,
});
