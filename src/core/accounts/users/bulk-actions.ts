import { Failure } from '../../../domain/errors.ts';
import { formerAdminProtection } from '../../../domain/former-admin-protection.ts';
import { may } from '../../../domain/policy.ts';
import type { Action } from '../../../domain/roles.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { lockTenantAndRecheck } from '../sessions/recheck-under-lock.ts';
import { mayDeleteNow, block, verdictOn, remove, restore, performAction, unblock } from './actions.ts';
import type { UserAction } from './actions.ts';
import { findIndispensable } from './remaining-approvers.ts';
import { hasStateChanged, type SeenUser } from '../../../domain/people/seen-user.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { choiceFault, rejectFaults } from '../../../domain/validation.ts';
import type { Denial, PolicyDecision } from '../../../domain/policy-decision.ts';
import type { DenialReason } from '../../../domain/denial-reason.ts';

type PolicyAction = Pick<UserAction, 'action' | 'among' | 'decision'>;

const userActions = { block, unblock, delete: remove, restore } satisfies Record<string, UserAction>;
const reset: PolicyAction = { action: 'users.resetPassword', among: 'present' };

/** The bulk actions, in the order in which the list of users offers them. */
export const bulkActions = ['block', 'unblock', 'reset', 'delete', 'restore'] as const;
export type BulkAction = (typeof bulkActions)[number];

/**
 * The maximum number of users in a bulk action. It is lower than the number of resets that one administrator may
 * perform per minute.
 */
export const maxBulkUsers = 50;

/** @throws Failure badRequest if there are more users than a bulk action accepts */
export const checkBulkSize = (ids: readonly string[]): void =>
  rejectFaults(ids.length > maxBulkUsers ? { code: 'bulk.tooMany' } : null);

const actionOf = (action: BulkAction): PolicyAction => (action === 'reset' ? reset : userActions[action]);

/** @returns the policy action that corresponds to a bulk action */
export const policyActionOf = (action: BulkAction): Action => actionOf(action).action;

/** @returns the bulk actions that the policy allows on the list of users or on the list of deleted users */
export const availableBulkActions = (scope: Scope, among: UserAction['among']): BulkAction[] =>
  bulkActions.filter((name) => actionOf(name).among === among && may(scope, policyActionOf(name)).allowed);

/** A user who was skipped, and the reason. */
export interface SkippedUser {
  readonly user: User;
  readonly because: DenialReason | 'unchanged' | 'meanwhile' | 'lastApprovers';
  /** Whether a second administrator is needed only because the user was recently a Global admin. */
  readonly isFormerGlobalAdmin?: boolean;
}

export interface BulkOutcome {
  readonly done: readonly User[];
  readonly skipped: readonly SkippedUser[];
  /** Set if nothing was done because deleting so many users requires another administrator's approval. */
  readonly approvalRequired?: Exclude<PolicyDecision, { allowed: true }>;
  /** Set if nothing was done because these users were blocked, unblocked or restored after the page showed them. */
  readonly changed?: readonly User[];
}

// Users who are already in the target state are skipped.
const targetState: Readonly<Partial<Record<BulkAction, User['state']>>> = { block: 'blocked', unblock: 'active' };

const needsApprovalAsFormerGlobalAdmin = (scope: Scope, action: BulkAction, user: User, { because }: Denial): boolean =>
  action === 'reset' &&
  because === 'secondAdministrator' &&
  formerAdminProtection(scope, 'resetPassword', user) !== null;

/**
 * @param now the current time, epoch ms
 * @returns the users to process and the users to skip. Unknown IDs are in neither list.
 */
export async function partitionTargets(
  database: Database,
  scope: Scope,
  action: BulkAction,
  ids: readonly string[],
  now: number,
): Promise<BulkOutcome> {
  const step = actionOf(action);
  const done: User[] = [];
  const skipped: SkippedUser[] = [];
  for (const user of await usersStore.findMany(database, scope, ids, step.among)) {
    const decision = verdictOn(scope, step, user);
    if (!decision.allowed)
      skipped.push({
        user,
        because: decision.because,
        isFormerGlobalAdmin: needsApprovalAsFormerGlobalAdmin(scope, action, user, decision),
      });
    else if (targetState[action] === user.state) skipped.push({ user, because: 'unchanged' });
    else done.push(user);
  }
  const needed = await findIndispensable(database, scope, done, now);
  return {
    done: done.filter((user) => !needed.includes(user)),
    skipped: [...skipped, ...needed.map((user) => ({ user, because: 'lastApprovers' as const }))],
  };
}

/**
 * @param now the current time, epoch ms
 * @returns the decision of the policy if deleting these users requires approval; null if it does not, and for every
 * other action
 */
export async function findApprovalRequirement(
  database: Database,
  scope: Scope,
  action: BulkAction,
  chosen: readonly User[],
  now: number,
): Promise<BulkOutcome['approvalRequired'] | null> {
  if (action !== 'delete') return null;
  const deletable = chosen.filter((user) => may(scope, 'users.delete', user).allowed);
  const decision = await mayDeleteNow(database, scope, deletable, now);
  return decision.allowed ? null : decision;
}

export interface BulkChangeDependencies {
  readonly database: Database;
  readonly clock: () => number;
}

async function performOne(
  deps: BulkChangeDependencies,
  tx: Database,
  scope: Scope,
  user: User,
  step: UserAction,
): Promise<SkippedUser['because'] | null> {
  const { clock } = deps;
  try {
    const result = await performAction(tx, scope, user.id, step, clock());
    if (result.outcome === 'refused') return result.decision.because;
    if (result.outcome === 'conflict') return 'meanwhile';
    return result.outcome === 'unchanged' ? 'unchanged' : null;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'notFound') return 'meanwhile';
    throw error;
  }
}

/**
 * Applies one action to several of the tenant's users in one transaction.
 * @param seen the users as the page showed them, by ID. Users missing from the map are not checked for changes
 * @throws Failure conflict if it would leave the tenant without an active Global admin, or without anyone who can
 * approve requests; in that case, no user is changed
 */
export async function bulkChange(
  deps: BulkChangeDependencies,
  scope: Scope,
  action: Exclude<BulkAction, 'reset'>,
  ids: readonly string[],
  seen: ReadonlyMap<string, SeenUser> = new Map(),
): Promise<BulkOutcome> {
  const { database, clock } = deps;
  checkBulkSize(ids);
  rejectFaults(choiceFault('action', Object.keys(userActions), action));
  return database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const chosen = await usersStore.findMany(tx, scope, ids, actionOf(action).among);
    const approvalRequired = await findApprovalRequirement(tx, scope, action, chosen, clock());
    if (approvalRequired) return { done: [], skipped: [], approvalRequired };
    const changed = changedSince(scope, userActions[action], chosen, seen);
    if (changed.length > 0) return { done: [], skipped: [], changed };
    const done: User[] = [];
    const skipped: SkippedUser[] = [];
    for (const user of chosen) {
      const because = await performOne(deps, tx, scope, user, userActions[action]);
      if (because === null) done.push(user);
      else skipped.push({ user, because });
    }
    return { done, skipped };
  });
}

// Users who would be skipped anyway are not checked for changes.
const changedSince = (
  scope: Scope,
  step: UserAction,
  chosen: readonly User[],
  seen: ReadonlyMap<string, SeenUser>,
): User[] =>
  chosen.filter((user) => {
    const shown = seen.get(user.id);
    const wouldChange = step.leadsTo !== user.state && verdictOn(scope, step, user).allowed;
    return shown !== undefined && wouldChange && hasStateChanged(shown, user);
  });

export const createBulkChange = (deps: BulkChangeDependencies) => bind(deps, { bulkChange }).bulkChange;

export type BulkChange = ReturnType<typeof createBulkChange>;
