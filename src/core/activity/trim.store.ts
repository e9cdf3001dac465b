import type { Database } from '../../platform/database/database.ts';
import type { ChainAnchor } from '../../domain/activity/chain.ts';
import type { Scope } from '../../domain/scope.ts';
import type { ScopeTenant, TenantState } from '../../domain/tenant.ts';

/** An entry at the front of a log. */
export interface OldestEntry extends ChainAnchor {
  /** Epoch ms. */
  readonly at: number;
  readonly kind: string;
}

export async function findOverdueForOperator(database: Database, before: number): Promise<ScopeTenant[]> {
  const first = database.knex('activity').select('at').whereRaw('tenant_id = tenants.id').orderBy('place').limit(1);
  return database
    .knex('tenants')
    .select('id', 'name', 'language')
    .whereNot('state', 'moving')
    .whereRaw('(?) < ?', [first, before])
    .orderBy('id');
}

async function countOverdue(database: Database, tenantId: string, before: number): Promise<number> {
  const log = () => database.knex('activity').where({ tenant_id: tenantId });
  // The plus keeps SQLite from reading all younger entries by the index of times: it walks the chain up to the first one.
  const [younger] = await log().whereRaw('+at >= ?', [before]).orderBy('place').limit(1).pluck<number[]>('place');
  // An entry that says that the log was trimmed is alone no reason to trim it.
  const listOldest = log().whereNot('kind', 'activity.trimmed');
  if (younger !== undefined) listOldest.where('place', '<', younger);
  const [row] = await listOldest.count<{ count: number }[]>({ count: '*' });
  return row?.count ?? 0;
}

/** @returns the time of the newest entry of all, epoch ms, or null where nothing was recorded */
export async function newestAtForOperator(database: Database): Promise<number | null> {
  const [newest] = await database.knex('activity').max<{ at: number | null }[]>({ at: 'at' });
  return newest?.at ?? null;
}

/** @returns how many entries are to be dropped from the fronts of all logs: recorded before a time, epoch ms, up to the first younger one */
export async function countOverdueForOperator(database: Database, before: number): Promise<number> {
  let overdue = 0;
  for (const { id } of await findOverdueForOperator(database, before))
    overdue += await countOverdue(database, id, before);
  return overdue;
}

/** @returns how many entries all logs have: their lengths without what was dropped from their fronts */
export async function countForOperator(database: Database): Promise<number> {
  const lengths = database.knex('tenants').sum({ count: database.knex.raw('activity_length - activity_anchor_place') });
  const [row] = (await lengths) as { count: number | string | null }[];
  return Number(row?.count ?? 0);
}

/** Locks the tenant for this transaction, as everything that writes to its log does. @returns whether it may be trimmed */
export async function lockIfNotMoving(database: Database, scope: Scope): Promise<boolean> {
  const tenant = database.knex('tenants').where({ id: scope.tenant.id }).select('state');
  if (database.dialect === 'postgres') tenant.forUpdate();
  const [row] = (await tenant) as { state: TenantState }[];
  return row?.state !== 'moving';
}

/** @returns the first entries that are left of the log */
export async function front(database: Database, scope: Scope, most: number): Promise<OldestEntry[]> {
  const ofTenant = database.knex('activity').where({ tenant_id: scope.tenant.id });
  return ofTenant.select('place', 'hash', 'at', 'kind').orderBy('place').limit(most);
}

/** Drops the log up to an entry, which it then continues. */
export async function deleteThrough(database: Database, scope: Scope, { place, hash }: ChainAnchor): Promise<void> {
  const { id } = scope.tenant;
  await database.knex('activity').where({ tenant_id: id }).where('place', '<=', place).delete();
  await database.knex('tenants').where({ id }).update({ activity_anchor_place: place, activity_anchor_hash: hash });
}
