import type { ActivityEvent } from '../../../domain/activity/event.ts';
import { conflict, notFound } from '../../../domain/errors.ts';
import { may, mayAssignLevels, mayDelete } from '../../../domain/policy.ts';
import { restoreWindowMs } from '../../../domain/regions.ts';
import type { Action } from '../../../domain/roles.ts';
import type { Scope } from '../../../domain/scope.ts';
import { hasStateChanged, type SeenUser } from '../../../domain/people/seen-user.ts';
import type { User, Change } from '../../../domain/people/user.ts';
import { changeableFields, type UserChanges } from '../stores/users.mapping.ts';
import { activityStore } from '../../activity/index.ts';
import { isIndispensable } from './remaining-approvers.ts';
import { wereSessionsJustEnded } from '../sessions/ended-sessions.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { accountControlMs } from '../../../domain/approvals.ts';
import { userOf } from '../../../domain/principal.ts';
import type { Denial, PolicyDecision, Target } from '../../../domain/policy-decision.ts';

/** An action on a single user. */
export interface UserAction {
  readonly action: Action;
  /** Whether the action applies to deleted users or to users who are not deleted. */
  readonly among: 'present' | 'deleted';
  /** An additional policy check, beyond the one for the action itself. */
  readonly decision?: (scope: Scope, user: User) => PolicyDecision;
  /**
   * The state of the user after the action. If the user is already in this state, a change by someone else is not a
   * conflict.
   */
  readonly leadsTo?: User['state'];
  /** Whether the action leaves an affected Global admin unable to approve some or all requests. */
  readonly endsApproving?: boolean;
  /**
   * Writes the change.
   * @param at the time of the change, epoch ms
   * @returns the event to record, or null if nothing changed
   */
  readonly apply: (tx: Database, scope: Scope, user: User, at: number) => Promise<ActivityEvent | null>;
}

/**
 * The outcome of an action: `unchanged` if there was nothing to do, `refused` if the policy denied it and the denial
 * was recorded, and `conflict` if someone else changed the user after the page was rendered, so that nothing was
 * written.
 */
export type ActionOutcome =
  | { readonly outcome: 'done'; readonly user: User }
  | { readonly outcome: 'unchanged'; readonly user: User }
  | { readonly outcome: 'conflict'; readonly user: User }
  | { readonly outcome: 'refused'; readonly user: User; readonly decision: Denial };

/**
 * Performs an action and records it, within a transaction that holds the tenant's lock.
 * @param at the time of the change, epoch ms
 * @param seen the version and epoch that the sender's page showed; null to skip the check for changes by others
 * @throws Failure notFound, or conflict if it would leave the tenant without an active Global admin, or without anyone
 * who can give the approvals that its rules require
 */
export async function performAction(
  tx: Database,
  scope: Scope,
  userId: string,
  action: UserAction,
  at: number,
  seen: SeenUser | null = null,
): Promise<ActionOutcome> {
  const find = action.among === 'deleted' ? usersStore.findDeleted : usersStore.find;
  const user = await find(tx, scope, userId);
  if (user === null) throw notFound();
  const decision = verdictOn(scope, action, user);
  if (!decision.allowed) {
    const refusal = { kind: 'refused', action: action.action, because: decision.because } as const;
    await activityStore.record(tx, scope, refusal, user.id, at);
    return { outcome: 'refused', user, decision };
  }
  if (seen !== null && action.leadsTo !== user.state && hasStateChanged(seen, user))
    return { outcome: 'conflict', user };
  const isNeeded = action.endsApproving === true && (await isIndispensable(tx, scope, user, at));
  const event = await action.apply(tx, scope, user, at);
  if (event === null) return { outcome: 'unchanged', user };
  await requireRemainingGlobalAdmin(tx, scope, user);
  if (isNeeded) throw conflict('user.lastApprovers');
  await activityStore.record(tx, scope, event, user.id, at);
  return { outcome: 'done', user };
}

/** @returns the decision of the policy on an action, including its additional check */
export function verdictOn(scope: Scope, action: Pick<UserAction, 'action' | 'decision'>, user: User): PolicyDecision {
  const decision = may(scope, action.action, user);
  return decision.allowed ? (action.decision?.(scope, user) ?? decision) : decision;
}

// Only a change to an active Global admin can leave the tenant without one.
async function requireRemainingGlobalAdmin(tx: Database, scope: Scope, before: User): Promise<void> {
  if (before.administratorLevel !== 'global' || before.state !== 'active') return;
  if ((await usersStore.countActiveGlobalAdmins(tx, scope)) === 0) throw conflict('user.lastGlobalAdmin');
}

const setState = (action: Action, state: User['state'], kind: StateEvent): UserAction => ({
  action,
  among: 'present',
  leadsTo: state,
  endsApproving: state !== 'active',
  apply: async (tx, scope, user, at) => {
    if (user.state === state) return null;
    await usersStore.setState(tx, scope, user.id, state, at);
    await sessionsStore.endAllOfUser(tx, scope, user.id, null);
    return { kind };
  },
});

type StateEvent = 'user.blocked' | 'user.unblocked' | 'user.deleted';

export const block = setState('users.block', 'blocked', 'user.blocked');
export const unblock = setState('users.block', 'active', 'user.unblocked');
/** Deletes a user, who can be restored until the restore window ends. */
export const remove = setState('users.delete', 'deleted', 'user.deleted');

/** Restores a deleted user with their levels and history. Does not restore their sessions. */
export const restore: UserAction = {
  action: 'users.restore',
  among: 'deleted',
  apply: async (tx, scope, user, at) => {
    if ((user.deletedAt ?? 0) + restoreWindowMs(scope.rules) <= at) throw notFound();
    await usersStore.restore(tx, scope, user.id);
    return { kind: 'user.restored' };
  },
};

export const endSessions: UserAction = {
  action: 'users.endSessions',
  among: 'present',
  apply: async (tx, scope, user, at) => {
    const ended = await sessionsStore.endAllOfUser(tx, scope, user.id, null);
    const isRepeated = ended === 0 && (await wereSessionsJustEnded(tx, scope, user.id, at));
    return isRepeated ? null : { kind: 'sessions.ended', which: 'all' };
  },
};

/** Changes only the given fields of a user. */
export const editAction = (changes: Partial<UserChanges>): UserAction => ({
  action: 'users.edit',
  among: 'present',
  decision: (scope, user) => mayAssignLevels(scope, user, { ...user, ...changes }),
  endsApproving: (changes.administratorLevel ?? 'global') !== 'global',
  apply: async (tx, scope, user) => {
    const changed = differences(user, { ...user, ...changes });
    if (changed.length === 0) return null;
    await usersStore.update(tx, scope, user.id, Object.fromEntries(changed.map(({ field, to }) => [field, to])));
    return { kind: 'user.edited', changes: changed };
  },
});

function differences(before: UserChanges, after: UserChanges): Change[] {
  return changeableFields
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ field, from: before[field], to: after[field] }));
}

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * Checks whether the scope's actor may delete users now. Under the tenant's lock, the decision remains valid until the
 * transaction ends.
 * @param now the current time, epoch ms
 */
export async function mayDeleteNow(
  database: Database,
  scope: Scope,
  targets: readonly Target[],
  now: number,
): Promise<PolicyDecision> {
  const isLimited = userOf(scope.principal) !== null && scope.rules.twoAdministrators.for.includes('deleteMany');
  const since = { deleted: now - dayMs, controlled: now - accountControlMs };
  return mayDelete(scope, targets, isLimited ? await activityStore.countDeletions(database, scope, since) : 0);
}

/**
 * Records that the scope's actor exported the tenant's users.
 * @param at the time of the export, epoch ms
 */
export const recordExport = (tx: Database, scope: Scope, at: number): Promise<void> =>
  activityStore.record(tx, scope, { kind: 'users.exported' }, null, at);
