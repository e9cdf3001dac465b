import { may } from '../../../domain/policy.ts';
import type { Action } from '../../../domain/roles.ts';
import { conflict, notFound } from '../../../domain/errors.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import type { Activity } from '../../../domain/activity/event.ts';
import { toEventHandover, type IssuedCredential, type CredentialIssuer } from '../links/credential-issuer.ts';
import { isIndispensable } from './remaining-approvers.ts';
import { lockTenantAndRecheck } from '../sessions/recheck-under-lock.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { activityStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { userOf } from '../../../domain/principal.ts';
import type { Denial, PolicyDecision } from '../../../domain/policy-decision.ts';
import type { DenialReason } from '../../../domain/denial-reason.ts';

export type ResetResult =
  | { readonly outcome: 'reset'; readonly user: User; readonly credential: IssuedCredential }
  /** The rules require the link to be emailed, but the portal has no mail server. Nothing was changed. */
  | { readonly outcome: 'noMail'; readonly user: User }
  | { readonly outcome: 'refused'; readonly user: User; readonly decision: Denial }
  /**
   * Nothing was changed, because after the form was opened, the password was replaced, the user was deleted, or the
   * reset was no longer permitted.
   */
  | { readonly outcome: 'stale'; readonly user: User; readonly password: credentialsStore.PasswordMetadata }
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

/**
 * Consumes another administrator's approval, under the tenant's lock.
 * @returns false if it is no longer valid
 */
export type ConsumeApproval = (tx: Database) => Promise<boolean>;

export type Users = ReturnType<typeof createUsers>;

export interface UsersDependencies {
  readonly database: Database;
  readonly credentialIssuer: CredentialIssuer;
  readonly throttle: Throttle;
  readonly clock: () => number;
}

/** @throws Failure notFound if the ID is unknown or the user belongs to another tenant */
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
  because: DenialReason,
): Promise<void> {
  const { database, clock } = deps;
  await activityStore.record(database, scope, { kind: 'refused', action, because }, user.id, clock());
}

async function stale({ database }: UsersDependencies, scope: Scope, user: User): Promise<ResetResult> {
  return { outcome: 'stale', user, password: await credentialsStore.getPasswordMetadata(database, scope, user.id) };
}

async function issueAndRecord(
  deps: UsersDependencies,
  scope: Scope,
  user: User,
  consumeApproval?: ConsumeApproval,
): Promise<ResetResult> {
  const { credentialIssuer, database, clock } = deps;
  // Hash the password before the transaction: argon2id takes about 12 ms, during which the tenant's lock would block
  // all other writers.
  const issued = await credentialIssuer.issue(scope);
  const { credential, stored } = issued;
  const replaced = await database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    // Read the user again under the lock: a user who has become a Global admin in the meantime has the same epoch, but
    // fewer administrators may reset the password.
    const current = await usersStore.find(tx, scope, user.id);
    if (current?.epoch !== user.epoch || !may(scope, 'users.resetPassword', current).allowed) return false;
    if (await isIndispensable(tx, scope, current, clock())) throw conflict('user.lastApprovers');
    if (consumeApproval !== undefined && !(await consumeApproval(tx))) return false;
    // The approval is now consumed, so throw instead of returning false: the rollback makes it valid again.
    if (!(await credentialsStore.replace(tx, scope, user.id, user.epoch, stored))) throw conflict('password.changed');
    await sessionsStore.endAllOfUser(tx, scope, user.id, null);
    await credentialIssuer.storeLinks(tx, scope, [[{ id: user.id, epoch: user.epoch + 1 }, issued]], 'reset');
    const event = { kind: 'password.reset', expiresAt: stored.until, ...toEventHandover(credential) } as const;
    await activityStore.record(tx, scope, event, user.id, stored.at);
    return true;
  });
  if (!replaced) return stale(deps, scope, user);
  return { outcome: 'reset', user, credential };
}

/** @returns a user with the latest events and password metadata, and the policy's decision on a reset */
export async function show(
  deps: UsersDependencies,
  scope: Scope,
  userId: string,
): Promise<{ user: User; password: credentialsStore.PasswordMetadata; reset: PolicyDecision; events: Activity[] }> {
  const { database } = deps;
  const user = await load(deps, scope, userId);
  const events = await activityStore.latestOfUser(database, scope, userId);
  const password = await credentialsStore.getPasswordMetadata(database, scope, userId);
  return { user, password, reset: may(scope, 'users.resetPassword', user), events };
}

/**
 * Replaces a user's password with a temporary one, or with a one-time link if the rules require it, and ends all of the
 * user's sessions. A denial is recorded in the activity log.
 * @param epoch the user's epoch when the confirmation page was rendered; null, for the operator's command, skips the
 * check
 * @param consumeApproval consumes another administrator's approval, if one is required, in the transaction of the reset
 * @returns the password or link in clear text. Only a hash is stored, so it cannot be retrieved later
 * @throws Failure notFound if the ID is unknown or the user belongs to another tenant, or conflict if no one could
 * approve requests afterward
 */
export async function resetPassword(
  deps: UsersDependencies,
  scope: Scope,
  userId: string,
  epoch: number | null,
  consumeApproval?: ConsumeApproval,
): Promise<ResetResult> {
  const { credentialIssuer, throttle } = deps;
  const user = await load(deps, scope, userId);
  const decision = may(scope, 'users.resetPassword', user);
  if (!decision.allowed) {
    await recordRefusal(deps, scope, 'users.resetPassword', user, decision.because);
    return { outcome: 'refused', user, decision };
  }
  if (!credentialIssuer.canDeliver(scope)) return { outcome: 'noMail', user };
  const administrator = userOf(scope.principal);
  const wait = administrator && (await throttle.consumeBudget('reset', administrator.userId));
  if (wait !== null) return { outcome: 'throttled', retryAfter: wait.retryAfter };
  if (epoch !== null && user.epoch !== epoch) return stale(deps, scope, user);
  return issueAndRecord(deps, scope, user, consumeApproval);
}

export const createUsers = (deps: UsersDependencies) => bind(deps, { load, show, resetPassword });
