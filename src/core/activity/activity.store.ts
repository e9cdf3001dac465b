import type { Database } from '../../platform/database/database.ts';
import type { ActivityEvent } from '../../domain/activity/event.ts';
import type { FoundEntry } from '../../domain/activity/chain.ts';
import { actorIdOf } from '../../domain/principal.ts';
import type { RegionScope, Scope } from '../../domain/scope.ts';
import { appendEntries, type NewEntry, type RecordingScope } from './append-entries.store.ts';
import {
  chainColumns,
  toChain,
  toFoundEntry,
  type ActivityRow,
  type Chain,
  type ChainRow,
} from './activity.mapping.ts';

const entriesPerQuery = 1_000;

interface EntryIds {
  readonly tenant: string | null;
  readonly actor: string | null;
  readonly target: string | null;
}

// Use a transaction, because the entry and the end of the chain must be written together.
function insert(
  database: Database,
  scope: RecordingScope,
  ids: EntryIds,
  event: ActivityEvent,
  at: number,
): Promise<void> {
  return database.transaction((tx) =>
    appendEntries(tx, scope, { tenantId: ids.tenant, actorId: ids.actor, at }, [{ event, targetId: ids.target }]),
  );
}

/**
 * Records an event caused by the scope's actor.
 * @param targetId the affected user, if any
 * @param at the time of the event, epoch ms
 */
export function record(
  database: Database,
  scope: Scope,
  event: ActivityEvent,
  targetId: string | null,
  at: number,
): Promise<void> {
  return insert(database, scope, { tenant: scope.tenant.id, actor: actorIdOf(scope), target: targetId }, event, at);
}

/**
 * Records several events caused by the scope's actor, in the given order.
 * @param at the time of the event, epoch ms
 */
export function recordMany(database: Database, scope: Scope, entries: readonly NewEntry[], at: number): Promise<void> {
  return database.transaction((tx) =>
    appendEntries(tx, scope, { tenantId: scope.tenant.id, actorId: actorIdOf(scope), at }, entries),
  );
}

/**
 * Records a sign-in attempt, for which there is no principal yet. The entered user name is not stored, because it may
 * be a password typed into the wrong field.
 * @param user the user with this name, if there is one
 * @param at the time of the event, epoch ms
 */
export function recordSignIn(
  database: Database,
  scope: RegionScope,
  user: { id: string; tenantId: string } | null,
  event: ActivityEvent,
  at: number,
): Promise<void> {
  const actor = event.kind === 'signIn.succeeded' ? (user?.id ?? null) : null;
  return insert(database, scope, { tenant: user?.tenantId ?? null, actor, target: user?.id ?? null }, event, at);
}

/** @returns the IDs of all tenants, whose chains the operator can verify */
export async function tenantsForOperator(database: Database): Promise<string[]> {
  const rows = (await database.knex('tenants').select('id').orderBy('created_at')) as { id: string }[];
  return rows.map(({ id }) => id);
}

/**
 * @returns the anchor and the end of a tenant's chain, to be verified by the operator; null if there is no such tenant
 */
export async function chainForOperator(database: Database, tenantId: string): Promise<Chain | null> {
  const [row] = (await database.knex('tenants').select(chainColumns).where('id', tenantId)) as ChainRow[];
  return row === undefined ? null : toChain(row);
}

/** Reads a tenant's chain from its beginning up to a place, in batches. */
export async function* entriesForOperator(
  database: Database,
  tenantId: string,
  until = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<FoundEntry> {
  for (let last = 0; ;) {
    const query = database.knex<ActivityRow>('activity').where('tenant_id', tenantId).where('place', '>', last);
    const rows = await query.where('place', '<=', until).orderBy('place').limit(entriesPerQuery);
    yield* rows.map(toFoundEntry);
    if (rows.length < entriesPerQuery) return;
    last = rows.at(-1)?.place ?? last;
  }
}

export * from './read-entries.store.ts';
export * from './account-controllers.store.ts';
export * from './recent-changes.store.ts';
