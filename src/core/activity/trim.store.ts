import type { Database } from '../../platform/database/database.ts';
import { lockRow } from '../../platform/database/row-locks.ts';
import type { ChainAnchor } from '../../domain/activity/chain.ts';
import type { Scope } from '../../domain/scope.ts';
import type { ScopeTenant, TenantState } from '../../domain/tenant.ts';

/** One of the oldest entries of a log. */
export interface OldestEntry extends ChainAnchor {
  /** Epoch ms. */
  readonly at: number;
  readonly kind: string;
}

/** The times, epoch ms, that determine which entries are due for deletion. */
export interface TrimPeriod {
  /** Entries that are older than this time are due. */
  readonly before: number;
  /** Entries with a later time were recorded while a clock was ahead, so they do not prevent the deletion of others. */
  readonly latest: number;
}

export async function findOverdueForOperator(
  database: Database,
  { before, latest }: TrimPeriod,
): Promise<ScopeTenant[]> {
  const first = database
    .knex('activity')
    .select('at')
    .whereRaw('tenant_id = tenants.id')
    .where('at', '<=', latest)
    .orderBy('place')
    .limit(1);
  return database
    .knex('tenants')
    .select('id', 'name', 'language')
    .whereNot('state', 'moving')
    .whereRaw('(?) < ?', [first, before])
    .orderBy('id');
}

async function countOverdue(database: Database, tenantId: string, { before, latest }: TrimPeriod): Promise<number> {
  const log = () => database.knex('activity').where({ tenant_id: tenantId });
  // The plus keeps SQLite from using the index on `at`, which would make it read all newer entries. It scans the chain
  // instead.
  const [newer] = await log()
    .whereRaw('+at between ? and ?', [before, latest])
    .orderBy('place')
    .limit(1)
    .pluck<number[]>('place');
  // Entries that only record an earlier trim do not trigger another one.
  const oldest = log().whereNot('kind', 'activity.trimmed').whereRaw('+at < ?', [before]);
  if (newer !== undefined) oldest.where('place', '<', newer);
  const [row] = await oldest.count<{ count: number }[]>({ count: '*' });
  return row?.count ?? 0;
}

/** @returns the time of the newest entry in any log, epoch ms; null if there is none */
export async function newestAtForOperator(database: Database): Promise<number | null> {
  const [newest] = await database.knex('activity').max<{ at: number | null }[]>({ at: 'at' });
  return newest?.at ?? null;
}

/**
 * @returns the number of entries due for deletion in all logs. In each log, only the entries before the first one that
 * is not due are counted
 */
export async function countOverdueForOperator(database: Database, period: TrimPeriod): Promise<number> {
  let overdue = 0;
  for (const { id } of await findOverdueForOperator(database, period))
    overdue += await countOverdue(database, id, period);
  return overdue;
}

/** @returns the number of entries in all logs, excluding those already deleted by retention */
export async function countForOperator(database: Database): Promise<number> {
  const lengths = database.knex('tenants').sum({ count: database.knex.raw('activity_length - activity_anchor_place') });
  const [row] = (await lengths) as { count: number | string | null }[];
  return Number(row?.count ?? 0);
}

/**
 * Locks the tenant, as every writer to its log does.
 * @returns false if the tenant is moving, in which case its log must not be trimmed
 */
export async function lockIfNotMoving(database: Database, scope: Scope): Promise<boolean> {
  const tenant = await lockRow<{ state: TenantState }>(database, 'tenants', scope.tenant.id, ['state']);
  return tenant?.state !== 'moving';
}

/** @returns the oldest remaining entries of the log */
export async function listOldest(database: Database, scope: Scope, limit: number): Promise<OldestEntry[]> {
  const ofTenant = database.knex('activity').where({ tenant_id: scope.tenant.id });
  return ofTenant.select('place', 'hash', 'at', 'kind').orderBy('place').limit(limit);
}

/**
 * Deletes the entries up to and including an anchor, and stores the anchor, from which the rest of the chain continues.
 */
export async function deleteThrough(database: Database, scope: Scope, { place, hash }: ChainAnchor): Promise<void> {
  const { id } = scope.tenant;
  await database.knex('activity').where({ tenant_id: id }).where('place', '<=', place).delete();
  await database.knex('tenants').where({ id }).update({ activity_anchor_place: place, activity_anchor_hash: hash });
}
