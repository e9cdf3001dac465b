import type { ActivityEvent } from '../../domain/activity/event.ts';
import { conflict, notFound } from '../../domain/errors.ts';
import { effectiveRules } from '../../domain/tenant-rules.ts';
import { may } from '../../domain/policy.ts';
import { restoreWindowMs, type RegionRules } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import type { OverdueUser } from './erasure.store.ts';
import type { Transport } from '../../platform/mail-transport.ts';
import { lockTenantAndRecheck, type Throttle, tenantsStore, usersStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import type { ScopeTenant } from '../../domain/tenant.ts';
import type { RetentionStep, Tally } from '../../platform/retention-step.ts';
import * as erasureCountsStore from './erasure.counts.store.ts';
import * as erasureStore from './erasure.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import type { PolicyDecision } from '../../domain/policy-decision.ts';

export type EraseOutcome =
  | { readonly outcome: 'erased' }
  | { readonly outcome: 'refused'; readonly decision: Exclude<PolicyDecision, { allowed: true }> };

export interface ErasureParts {
  readonly database: Database;
  readonly throttle: Throttle;
  readonly rules: RegionRules;
  /** The scope in which the portal itself acts on a tenant. */
  readonly scopeOf: (tenant: ScopeTenant) => Scope;
  readonly transport: Pick<Transport, 'clear'> | null;
  readonly clock: () => number;
}

const usersAtOnce = 50;
/** Of all users, one run erases no more than this share without an operator. */
const maxShare = 0.05;

export type Erasure = ReturnType<typeof createErasure>;

/** Removes deleted people for good: when an administrator says so, or when the time to restore them is over. */
export function createErasure(deps: ErasureParts) {
  const { database } = deps;
  const bound = bind(deps, { load, erase, countDue, purge });
  return {
    load: bound.load,

    /** Each user in a transaction of their own, so that nobody waits for long. Safe on several processes at once. */
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
 * The user's own tenant is locked first, as by a restore: one of the two finds the user, the other nobody.
 * @returns whether it was done. Not while a tenant moves in which they may be named: its bundle would name them still
 */
async function remove(deps: ErasureParts, tx: Database, scope: Scope, user: User, kind: Erased): Promise<boolean> {
  const { clock } = deps;
  const actedIn = await erasureStore.tenantsActedIn(tx, user);
  for (const id of actedIn) await tenantsStore.lock(tx, { tenant: { id } });
  for (const id of [scope.tenant.id, ...actedIn])
    if ((await tenantsStore.findForOperator(tx, id))?.state === 'moving') return false;
  await erasureStore.erase(tx, scope, user, actedIn);
  await activityStore.record(tx, scope, { kind }, user.id, clock());
  return true;
}

// Not part of the transaction, and not worth one: counts that nobody can read a name from, and files to look at.
async function tidy(deps: ErasureParts, user: User): Promise<void> {
  const { throttle, transport } = deps;
  await throttle.forget(user);
  await transport?.clear();
}

/** @returns the user, or null where somebody restored or erased them meanwhile */
async function purgeOne(
  deps: ErasureParts,
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
    return (await remove(deps, tx, scope, user, 'user.purged')) ? user : null;
  });
}

function regionsEnd(deps: ErasureParts, now: number): number {
  const { rules } = deps;
  return now - restoreWindowMs(rules);
}

/** @returns the tenants with a shorter window of their own, and since when their deleted users are due, epoch ms */
async function ownEnds(deps: ErasureParts, now: number): Promise<{ tenantId: string; end: number }[]> {
  const { database, rules } = deps;
  const tenants = await tenantsStore.withOwnWindowForOperator(database);
  return tenants.map(({ id: tenantId, restoreWindowDays }) => ({
    tenantId,
    end: now - restoreWindowMs(effectiveRules(rules, { restoreWindowDays })),
  }));
}

async function countDue(deps: ErasureParts, now: number): Promise<{ erasedUsers: number }> {
  const { database } = deps;
  const deletedAfter = regionsEnd(deps, now);
  let erasedUsers = await erasureCountsStore.countOverdueAcrossTenants(database, deletedAfter);
  for (const { tenantId, end } of await ownEnds(deps, now))
    erasedUsers += await erasureCountsStore.countOverdueAcrossTenants(database, end, { deletedAfter, tenantId });
  return { erasedUsers };
}

async function purge(deps: ErasureParts, now: number, stopping: AbortSignal, tally: Tally): Promise<void> {
  await purgeBefore(deps, regionsEnd(deps, now), stopping, tally);
  for (const { tenantId, end } of await ownEnds(deps, now)) await purgeBefore(deps, end, stopping, tally, tenantId);
}

async function purgeBefore(
  deps: ErasureParts,
  end: number,
  stopping: AbortSignal,
  tally: Tally,
  tenantId?: string,
): Promise<void> {
  const { database } = deps;
  for (let found = usersAtOnce; found === usersAtOnce;) {
    const overdue = await erasureStore.findOverdueAcrossTenants(database, end, usersAtOnce, tenantId);
    for (const { id, tenant } of overdue) {
      if (stopping.aborted) return;
      const user = await purgeOne(deps, id, tenant, end);
      if (user === null) continue;
      tally('erasedUsers', 1);
      await tidy(deps, user);
    }
    found = overdue.length;
  }
}

/** @returns a deleted user, who can be erased. @throws Failure notFound */
export async function load(deps: ErasureParts, scope: Scope, userId: string): Promise<User> {
  const { database } = deps;
  const user = await usersStore.findDeleted(database, scope, userId);
  if (user === null) throw notFound();
  return user;
}

/** Erases a deleted user before their time. Allowed is who may delete them. @throws Failure notFound; conflict while a tenant moves in which they acted */
export async function erase(deps: ErasureParts, scope: Scope, userId: string): Promise<EraseOutcome> {
  const { database, clock } = deps;
  const result = await database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const user = await usersStore.findDeleted(tx, scope, userId);
    if (user === null) throw notFound();
    const decision = may(scope, 'personalData.erase', user);
    if (decision.allowed) {
      if (!(await remove(deps, tx, scope, user, 'user.erased'))) throw conflict('personalData.tenantMoving');
      await erasureStore.takeFromSessions(tx, user);
      return { outcome: 'erased', user } as const;
    }
    const refused = { kind: 'refused', action: 'personalData.erase', because: decision.because } as const;
    await activityStore.record(tx, scope, refused, user.id, clock());
    return { outcome: 'refused', decision } as const;
  });
  if (result.outcome === 'erased') await tidy(deps, result.user);
  return result;
}

type Erased = Extract<ActivityEvent['kind'], 'user.erased' | 'user.purged'>;
