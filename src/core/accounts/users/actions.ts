import type { ActivityEvent } from '../../../domain/activity/event.ts';
import { conflict, notFound } from '../../../domain/errors.ts';
import { may, mayAssignLevels, mayDelete } from '../../../domain/policy.ts';
import { restoreWindowMs } from '../../../domain/regions.ts';
import type { Action } from '../../../domain/roles.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User, Change } from '../../../domain/people/user.ts';
import { changeableFields, type UserChanges } from '../stores/users.mapping.ts';
import { activityStore } from '../../activity/index.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { accountControlMs } from '../../../domain/approvals.ts';
import { userOf } from '../../../domain/principal.ts';
import type { Denial, PolicyDecision, Target } from '../../../domain/policy-decision.ts';

/** One thing that can be done to a user. */
export interface UserAction {
  readonly action: Action;
  /** Among whom the user is looked for. */
  readonly among: 'present' | 'deleted';
  /** The judge's further word, beyond the action itself. */
  readonly decision?: (scope: Scope, user: User) => PolicyDecision;
  /** Writes the change. @returns what to record, or null when nothing had to change */
  readonly apply: (tx: Database, scope: Scope, user: User, at: number) => Promise<ActivityEvent | null>;
}

/** What came of a step: it was done, there was nothing to do, or the judge refused it and that was recorded. */
export type ActionOutcome =
  | { readonly outcome: 'done'; readonly user: User }
  | { readonly outcome: 'unchanged'; readonly user: User }
  | { readonly outcome: 'refused'; readonly user: User; readonly decision: Denial };

/**
 * Takes a step within a transaction that holds the tenant's lock, and records it.
 * @param at epoch ms
 * @throws Failure notFound, or conflict when it would take the tenant's last active Global admin away
 */
export async function performAction(
  tx: Database,
  scope: Scope,
  userId: string,
  step: UserAction,
  at: number,
): Promise<ActionOutcome> {
  const find = step.among === 'deleted' ? usersStore.findDeleted : usersStore.find;
  const user = await find(tx, scope, userId);
  if (user === null) throw notFound();
  const decision = judge(scope, step, user);
  if (!decision.allowed) {
    const refusal = { kind: 'refused', action: step.action, because: decision.because } as const;
    await activityStore.record(tx, scope, refusal, user.id, at);
    return { outcome: 'refused', user, decision };
  }
  const event = await step.apply(tx, scope, user, at);
  if (event === null) return { outcome: 'unchanged', user };
  await keepAGlobalAdmin(tx, scope, user);
  await activityStore.record(tx, scope, event, user.id, at);
  return { outcome: 'done', user };
}

/** @returns the judge's whole word on a step */
export function judge(scope: Scope, step: Pick<UserAction, 'action' | 'decision'>, user: User): PolicyDecision {
  const decision = may(scope, step.action, user);
  return decision.allowed ? (step.decision?.(scope, user) ?? decision) : decision;
}

// Only a change to an active Global admin can be the one that leaves nobody.
async function keepAGlobalAdmin(tx: Database, scope: Scope, before: User): Promise<void> {
  if (before.administratorLevel !== 'global' || before.state !== 'active') return;
  if ((await usersStore.countActiveGlobalAdmins(tx, scope)) === 0) throw conflict('user.lastGlobalAdmin');
}

const setState = (action: Action, state: User['state'], kind: StateEvent): UserAction => ({
  action,
  among: 'present',
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
/** Deletes a user, who can be restored until the region's window closes. */
export const remove = setState('users.delete', 'deleted', 'user.deleted');

/** Brings a deleted user back with their levels and history; they stay signed out. */
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
  apply: async (tx, scope, user) => {
    await sessionsStore.endAllOfUser(tx, scope, user.id, null);
    return { kind: 'sessions.ended', which: 'all' };
  },
};

/** Changes the given fields of a user and no other. */
export const editAction = (changes: Partial<UserChanges>): UserAction => ({
  action: 'users.edit',
  among: 'present',
  decision: (scope, user) => mayAssignLevels(scope, user, { ...user, ...changes }),
  apply: async (tx, scope, user) => {
    const made = differences(user, { ...user, ...changes });
    if (made.length === 0) return null;
    await usersStore.update(tx, scope, user.id, Object.fromEntries(made.map(({ field, to }) => [field, to])));
    return { kind: 'user.edited', changes: made };
  },
});

function differences(before: UserChanges, after: UserChanges): Change[] {
  return changeableFields
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ field, from: before[field], to: after[field] }));
}

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * The judge's word on deleting users now. Inside a transaction with the tenant's lock it holds until that ends.
 * @param now epoch ms
 */
export async function mayDeleteNow(
  database: Database,
  scope: Scope,
  targets: readonly Target[],
  now: number,
): Promise<PolicyDecision> {
  const counted = userOf(scope.principal) !== null && scope.rules.twoAdministrators.for.includes('deleteMany');
  const since = { deleted: now - dayMs, letIn: now - accountControlMs };
  return mayDelete(scope, targets, counted ? await activityStore.countDeletions(database, scope, since) : 0);
}

/** Records that the scope's actor takes the tenant's users away as a file. @param at epoch ms */
export const recordExport = (tx: Database, scope: Scope, at: number): Promise<void> =>
  activityStore.record(tx, scope, { kind: 'users.exported' }, null, at);
