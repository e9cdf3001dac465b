import { may } from '../../../domain/policy.ts';
import type { Action } from '../../../domain/roles.ts';
import { notFound } from '../../../domain/errors.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import type { Activity } from '../../../domain/activity/event.ts';
import { recordedAs, type WayIn, type WaysIn } from '../links/hand-over.ts';
import { lockAs } from '../sessions/recheck.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { activityStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { userBehind } from '../../../domain/principal.ts';
import type { Refused, Verdict } from '../../../domain/verdict.ts';
import type { Refusal } from '../../../domain/refusal.ts';

export type ResetResult =
  | { readonly outcome: 'reset'; readonly user: User; readonly way: WayIn }
  /** The rules ask for a mail, and this portal sends none: nothing was done. */
  | { readonly outcome: 'noMail'; readonly user: User }
  | { readonly outcome: 'refused'; readonly user: User; readonly verdict: Refused }
  /** The form was opened before the password was last replaced: nothing was done. */
  | { readonly outcome: 'stale'; readonly user: User; readonly password: credentialsStore.PasswordFacts }
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

/** @returns whether it holds, behind the tenant's lock; then it is used up */
export type Agreement = (tx: Database) => Promise<boolean>;

export type Users = ReturnType<typeof createUsers>;

export interface UsersDependencies {
  readonly database: Database;
  readonly waysIn: WaysIn;
  readonly throttle: Throttle;
  readonly clock: () => number;
}

/** @throws Failure notFound: for another tenant's user exactly as for one that never was */
export async function load(deps: UsersDependencies, scope: Scope, userId: string): Promise<User> {
  const { database } = deps;
  const user = await usersStore.find(database, scope, userId);
  if (user === null) throw notFound();
  return user;
}

async function recordRefusal(
  deps: UsersDependencies,
  scope: Scope,
  action: Action,
  user: User,
  because: Refusal,
): Promise<void> {
  const { database, clock } = deps;
  await activityStore.record(database, scope, { kind: 'refused', action, because }, user.id, clock());
}

async function stale({ database }: UsersDependencies, scope: Scope, user: User): Promise<ResetResult> {
  return { outcome: 'stale', user, password: await credentialsStore.findPasswordFacts(database, scope, user.id) };
}

async function issueAndRecord(
  deps: UsersDependencies,
  scope: Scope,
  user: User,
  agreement?: Agreement,
): Promise<ResetResult> {
  const { waysIn, database, clock } = deps;
  const issued = await waysIn.issue(scope);
  const { way, stored } = issued;
  const replaced = await database.transaction(async (tx) => {
    await lockAs(tx, scope, clock);
    // Somebody may have been made a Global admin since: that changes who may do this, and not the epoch.
    const present = await usersStore.find(tx, scope, user.id);
    if (present === null || !may(scope, 'users.resetPassword', present).allowed) return false;
    if (agreement !== undefined && !(await agreement(tx))) return false;
    if (!(await credentialsStore.replace(tx, scope, user.id, user.epoch, stored))) return false;
    await sessionsStore.endAllOf(tx, scope, user.id, null);
    await waysIn.keep(tx, scope, [[{ id: user.id, epoch: user.epoch + 1 }, issued]], 'reset');
    const event = { kind: 'password.reset', expiresAt: stored.until, ...recordedAs(way) } as const;
    await activityStore.record(tx, scope, event, user.id, stored.at);
    return true;
  });
  if (!replaced) return stale(deps, scope, user);
  return { outcome: 'reset', user, way };
}

/** One user with their latest events and what the scope's actor may do to them. */
export async function show(
  deps: UsersDependencies,
  scope: Scope,
  userId: string,
): Promise<{ user: User; password: credentialsStore.PasswordFacts; reset: Verdict; events: Activity[] }> {
  const { database } = deps;
  const user = await load(deps, scope, userId);
  const events = await activityStore.latestOfUser(database, scope, userId);
  const password = await credentialsStore.findPasswordFacts(database, scope, userId);
  return { user, password, reset: may(scope, 'users.resetPassword', user), events };
}

/**
 * Gives a user the way in that the rules ask for, and ends all their sessions.
 * @param epoch the user's epoch as the confirmation form carried it; null skips the check, for the operator's command
 * @param agreement takes another administrator's agreement, where one is needed, in the transaction of the reset
 */
export async function resetPassword(
  deps: UsersDependencies,
  scope: Scope,
  userId: string,
  epoch: number | null,
  agreement?: Agreement,
): Promise<ResetResult> {
  const { waysIn, throttle } = deps;
  const user = await load(deps, scope, userId);
  const verdict = may(scope, 'users.resetPassword', user);
  if (!verdict.allowed) {
    await recordRefusal(deps, scope, 'users.resetPassword', user, verdict.because);
    return { outcome: 'refused', user, verdict };
  }
  if (!waysIn.arePossible(scope)) return { outcome: 'noMail', user };
  const administrator = userBehind(scope.principal);
  const wait = administrator && (await throttle.takeBudget('reset', administrator.userId));
  if (wait !== null) return { outcome: 'throttled', retryAfter: wait.retryAfter };
  if (epoch !== null && user.epoch !== epoch) return stale(deps, scope, user);
  return issueAndRecord(deps, scope, user, agreement);
}

export const createUsers = (deps: UsersDependencies) => bind(deps, { load, show, resetPassword });
