import type { ActivityEvent } from '../../domain/activity/event.ts';
import { conflict, notFound } from '../../domain/errors.ts';
import { may } from '../../domain/policy.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { hasStateChanged, type SeenUser } from '../../domain/people/seen-user.ts';
import type { User } from '../../domain/people/user.ts';
import type { OverdueUser } from './erasure.store.ts';
import type { Transport } from '../../platform/mail-transport.ts';
import { lockTenantAndRecheck, type Throttle, tenantsStore, usersStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import type { ScopeTenant } from '../../domain/tenant.ts';
import type { RetentionStep, CountDeleted } from '../../platform/retention-step.ts';
import * as erasureCountsStore from './overdue-users.store.ts';
import * as erasureStore from './erasure.store.ts';
import { regionCutoff, tenantCutoffs } from './erasure-cutoffs.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import type { PolicyDecision } from '../../domain/policy-decision.ts';

export type EraseOutcome =
  | { readonly outcome: 'erased' }
  /** Nothing was erased: the user was restored and deleted again after the page showed them. */
  | { readonly outcome: 'conflict'; readonly user: User }
  | { readonly outcome: 'refused'; readonly decision: Exclude<PolicyDecision, { allowed: true }> };

export interface ErasureDependencies {
  readonly database: Database;
  readonly throttle: Throttle;
  readonly rules: RegionRules;
  /** @returns the scope of a background job for a tenant */
  readonly scopeOf: (tenant: ScopeTenant) => Scope;
  readonly transport: Pick<Transport, 'clear'> | null;
  readonly clock: () => number;
}

const usersPerQuery = 50;
/** The share of all users that one run may erase without an operator's confirmation. */
const maxShare = 0.05;

export type Erasure = ReturnType<typeof createErasure>;

/** Erases deleted users permanently: at an administrator's request, or when their restore window has ended. */
export function createErasure(deps: ErasureDependencies) {
  const { database } = deps;
  const bound = bind(deps, { load, erase, countDue, purge });
  return {
    load: bound.load,

    /**
     * Erases each user in a separate transaction, to keep locks short. Safe to run concurrently in several processes.
     */
    purge: {
      countDue: bound.countDue,
      purge: bound.purge,
      limit: {
        kind: 'erasedUsers',
        share: maxShare,
        count: () => erasureCountsStore.countUsersAcrossTenants(database),
      },
    } satisfies RetentionStep,

    erase: bound.erase,
  };
}

/**
 * Erases a user under the tenant's lock. Restoring a user takes the same lock, so only one of the two succeeds.
 * @returns false if a tenant in which the user may be named is moving, because its bundle would still contain the name
 */
async function eraseWithin(
  deps: ErasureDependencies,
  tx: Database,
  scope: Scope,
  user: User,
  kind: Erased,
): Promise<boolean> {
  const { clock } = deps;
  const actedIn = await erasureStore.listTenantsActedIn(tx, user);
  for (const id of actedIn) await tenantsStore.lock(tx, { tenant: { id } });
  for (const id of [scope.tenant.id, ...actedIn])
    if ((await tenantsStore.findForOperator(tx, id))?.state === 'moving') return false;
  await erasureStore.erase(tx, scope, user, actedIn);
  await activityStore.record(tx, scope, { kind }, user.id, clock());
  return true;
}

// Runs after the transaction, because emails may be stored as files, and deleting a file cannot be rolled back.
async function deleteThrottlesAndMail(deps: ErasureDependencies, user: User): Promise<void> {
  const { throttle, transport } = deps;
  await throttle.deleteCounts(user);
  await transport?.clear();
}

/**
 * Erases one user.
 * @returns the user; null if the user was restored or erased in the meantime
 */
async function purgeOne(
  deps: ErasureDependencies,
  id: string,
  tenant: OverdueUser['tenant'],
  deletedBefore: number,
): Promise<User | null> {
  const { scopeOf, database } = deps;
  const scope = scopeOf(tenant);
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const user = await usersStore.findDeleted(tx, scope, id);
    if (user === null || (user.deletedAt ?? 0) > deletedBefore) return null;
    return (await eraseWithin(deps, tx, scope, user, 'user.purged')) ? user : null;
  });
}

async function countDue(deps: ErasureDependencies, now: number): Promise<{ erasedUsers: number }> {
  const { database } = deps;
  const deletedAfter = regionCutoff(deps, now);
  let erasedUsers = await erasureCountsStore.countOverdueAcrossTenants(database, deletedAfter);
  for (const { tenantId, end } of await tenantCutoffs(deps, now))
    erasedUsers += await erasureCountsStore.countOverdueAcrossTenants(database, end, { deletedAfter, tenantId });
  return { erasedUsers };
}

async function purge(
  deps: ErasureDependencies,
  now: number,
  stopping: AbortSignal,
  countDeleted: CountDeleted,
): Promise<void> {
  await purgeBefore(deps, regionCutoff(deps, now), stopping, countDeleted);
  for (const { tenantId, end } of await tenantCutoffs(deps, now))
    await purgeBefore(deps, end, stopping, countDeleted, tenantId);
}

async function purgeBefore(
  deps: ErasureDependencies,
  end: number,
  stopping: AbortSignal,
  countDeleted: CountDeleted,
  tenantId?: string,
): Promise<void> {
  const { database } = deps;
  for (let found = usersPerQuery; found === usersPerQuery;) {
    const overdue = await erasureStore.findOverdueAcrossTenants(database, end, usersPerQuery, tenantId);
    for (const { id, tenant } of overdue) {
      if (stopping.aborted) return;
      const user = await purgeOne(deps, id, tenant, end);
      if (user === null) continue;
      countDeleted('erasedUsers', 1);
      await deleteThrottlesAndMail(deps, user);
    }
    found = overdue.length;
  }
}

/**
 * @returns a deleted user.
 * @throws Failure notFound
 */
export async function load(deps: ErasureDependencies, scope: Scope, userId: string): Promise<User> {
  const { database } = deps;
  const user = await usersStore.findDeleted(database, scope, userId);
  if (user === null) throw notFound();
  return user;
}

/**
 * Erases a deleted user before the restore window ends. Requires the permission to delete the user.
 * @param seen the user as the page showed them; null if it does not matter whether they were restored in the meantime
 * @throws Failure notFound, or conflict while a tenant in which the user acted under a support grant is moving
 */
export async function erase(
  deps: ErasureDependencies,
  scope: Scope,
  userId: string,
  seen: SeenUser | null = null,
): Promise<EraseOutcome> {
  const { database, clock } = deps;
  const result = await database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const user = await usersStore.findDeleted(tx, scope, userId);
    if (user === null) throw notFound();
    const decision = may(scope, 'personalData.erase', user);
    if (decision.allowed && seen !== null && hasStateChanged(seen, user)) return { outcome: 'conflict', user } as const;
    if (decision.allowed) {
      if (!(await eraseWithin(deps, tx, scope, user, 'user.erased'))) throw conflict('personalData.tenantMoving');
      await erasureStore.removeFromSessionData(tx, user);
      return { outcome: 'erased', user } as const;
    }
    const refused = { kind: 'refused', action: 'personalData.erase', because: decision.because } as const;
    await activityStore.record(tx, scope, refused, user.id, clock());
    return { outcome: 'refused', decision } as const;
  });
  if (result.outcome === 'erased') await deleteThrottlesAndMail(deps, result.user);
  return result;
}

type Erased = Extract<ActivityEvent['kind'], 'user.erased' | 'user.purged'>;
