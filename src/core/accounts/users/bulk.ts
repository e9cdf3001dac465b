import { Failure } from '../../../domain/errors.ts';
import { formerAdminProtection } from '../../../domain/former-admin-protection.ts';
import { may } from '../../../domain/policy.ts';
import type { Action } from '../../../domain/roles.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { lockTenantAndRecheck } from '../sessions/recheck.ts';
import { mayDeleteNow, block, judge, remove, restore, performAction, unblock, type UserAction } from './actions.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { choiceFault, rejectFaults } from '../../../domain/validation.ts';
import type { Denial, PolicyDecision } from '../../../domain/policy-decision.ts';
import type { DenialReason } from '../../../domain/denial-reason.ts';

type Judged = Pick<UserAction, 'action' | 'among' | 'decision'>;

const userActions = { block, unblock, delete: remove, restore } satisfies Record<string, UserAction>;
const reset: Judged = { action: 'users.resetPassword', among: 'present' };

/** What can be done to many at once, in the order in which the list offers it. */
export const bulkActions = ['block', 'unblock', 'reset', 'delete', 'restore'] as const;
export type BulkAction = (typeof bulkActions)[number];

/** Fewer than the password resets that one administrator may make in a minute. */
export const maxBulkUsers = 50;

/** @throws Failure badRequest for more users than one action takes */
export const checkBulkSize = (ids: readonly string[]): void =>
  rejectFaults(ids.length > maxBulkUsers ? { code: 'bulk.tooMany' } : null);

const actionOf = (action: BulkAction): Judged => (action === 'reset' ? reset : userActions[action]);

/** @returns the action that the judge is asked about */
export const judgedAs = (action: BulkAction): Action => actionOf(action).action;

/** @returns the actions for a list of present or of deleted users that the policy allows at all */
export const offeredInBulk = (scope: Scope, among: UserAction['among']): BulkAction[] =>
  bulkActions.filter((name) => actionOf(name).among === among && may(scope, judgedAs(name)).allowed);

/** A user to whom it is not, or was not, done, and why. */
export interface Left {
  readonly user: User;
  readonly because: DenialReason | 'unchanged' | 'meanwhile';
  /** Whether a second administrator is needed only because the user was recently a Global admin. */
  readonly former?: boolean;
}

export interface BulkOutcome {
  readonly done: readonly User[];
  readonly left: readonly Left[];
  /** Set where nothing was done, since another administrator must agree to so many. */
  readonly second?: Exclude<PolicyDecision, { allowed: true }>;
}

// What a user already is needs no doing.
const already: Readonly<Partial<Record<BulkAction, User['state']>>> = { block: 'blocked', unblock: 'active' };

const isFormer = (scope: Scope, action: BulkAction, user: User, { because }: Denial): boolean =>
  action === 'reset' &&
  because === 'secondAdministrator' &&
  formerAdminProtection(scope, 'resetPassword', user) !== null;

/** @returns to whom of the chosen an action can be done; ids that are nobody's here are in neither list */
export async function sortOut(
  database: Database,
  scope: Scope,
  action: BulkAction,
  ids: readonly string[],
): Promise<BulkOutcome> {
  const step = actionOf(action);
  const done: User[] = [];
  const left: Left[] = [];
  for (const user of await usersStore.findMany(database, scope, ids, step.among)) {
    const decision = judge(scope, step, user);
    if (!decision.allowed)
      left.push({ user, because: decision.because, former: isFormer(scope, action, user, decision) });
    else if (already[action] === user.state) left.push({ user, because: 'unchanged' });
    else done.push(user);
  }
  return { done, left };
}

/** @returns the judge's word where so many need another administrator; null for everything else */
export async function secondFor(
  database: Database,
  scope: Scope,
  action: BulkAction,
  chosen: readonly User[],
  now: number,
): Promise<BulkOutcome['second'] | null> {
  if (action !== 'delete') return null;
  const alone = chosen.filter((user) => may(scope, 'users.delete', user).allowed);
  const decision = await mayDeleteNow(database, scope, alone, now);
  return decision.allowed ? null : decision;
}

export interface BulkChangeDependencies {
  readonly database: Database;
  readonly clock: () => number;
}

async function take(
  deps: BulkChangeDependencies,
  tx: Database,
  scope: Scope,
  user: User,
  step: UserAction,
): Promise<Left['because'] | null> {
  const { clock } = deps;
  try {
    const result = await performAction(tx, scope, user.id, step, clock());
    if (result.outcome === 'refused') return result.decision.because;
    return result.outcome === 'unchanged' ? 'unchanged' : null;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'notFound') return 'meanwhile';
    throw error;
  }
}

/**
 * Makes what does one thing to many users of the tenant in one transaction. It throws Failure conflict when the
 * tenant's last active Global admin would be among them: then nothing is done to anybody.
 */
export async function bulkChange(
  deps: BulkChangeDependencies,
  scope: Scope,
  action: Exclude<BulkAction, 'reset'>,
  ids: readonly string[],
): Promise<BulkOutcome> {
  const { database, clock } = deps;
  checkBulkSize(ids);
  rejectFaults(choiceFault('action', Object.keys(userActions), action));
  return database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const chosen = await usersStore.findMany(tx, scope, ids, actionOf(action).among);
    const second = await secondFor(tx, scope, action, chosen, clock());
    if (second) return { done: [], left: [], second };
    const done: User[] = [];
    const left: Left[] = [];
    for (const user of chosen) {
      const because = await take(deps, tx, scope, user, userActions[action]);
      if (because === null) done.push(user);
      else left.push({ user, because });
    }
    return { done, left };
  });
}

export const createBulkChange = (deps: BulkChangeDependencies) => bind(deps, { bulkChange }).bulkChange;

export type BulkChange = ReturnType<typeof createBulkChange>;
