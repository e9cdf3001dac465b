import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { toEventHandover, type NewCredential, type CredentialIssuer } from '../links/credential-issuer.ts';
import { lockTenantAndRecheck } from '../sessions/recheck-under-lock.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { checkBulkSize, partitionTargets, type SkippedUser } from './bulk-actions.ts';
import { activityStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { userOf } from '../../../domain/principal.ts';

/**
 * A user whose password is to be reset, with the user's epoch when the form was rendered. If the form is submitted
 * twice, the second submission is rejected, because its epoch is outdated.
 */
export interface ResetTarget {
  readonly id: string;
  readonly epoch: number;
}

export interface IssuedUserCredential extends NewCredential {
  readonly user: User;
}

export type BulkResetOutcome =
  | {
      readonly outcome: 'reset';
      readonly issued: readonly IssuedUserCredential[];
      readonly skipped: readonly SkippedUser[];
    }
  /** The rules require links to be emailed, but the portal has no mail server. Nothing was changed. */
  | { readonly outcome: 'noMail' }
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

export interface BulkResetDependencies {
  readonly database: Database;
  readonly credentialIssuer: CredentialIssuer;
  readonly throttle: Throttle;
  readonly clock: () => number;
}

// Issue the credentials one after another, so that a concurrent sign-in waits for a single hash rather than for all of
// them.
async function issueTo(
  deps: BulkResetDependencies,
  scope: Scope,
  users: readonly User[],
): Promise<IssuedUserCredential[]> {
  const { credentialIssuer } = deps;
  const issued: IssuedUserCredential[] = [];
  for (const user of users) issued.push({ user, ...(await credentialIssuer.issue(scope)) });
  return issued;
}

async function storeReset(
  deps: BulkResetDependencies,
  tx: Database,
  scope: Scope,
  issued: IssuedUserCredential,
  epoch: number,
): Promise<boolean> {
  const { credentialIssuer } = deps;
  const { user, stored, credential } = issued;
  if (!(await credentialsStore.replace(tx, scope, user.id, epoch, stored))) return false;
  await sessionsStore.endAllOfUser(tx, scope, user.id, null);
  await credentialIssuer.storeLinks(tx, scope, [[{ id: user.id, epoch: epoch + 1 }, issued]], 'reset');
  const event = { kind: 'password.reset', expiresAt: stored.until, ...toEventHandover(credential) } as const;
  await activityStore.record(tx, scope, event, user.id, stored.at);
  return true;
}

async function recordRefusals(
  deps: BulkResetDependencies,
  tx: Database,
  scope: Scope,
  skipped: readonly SkippedUser[],
): Promise<void> {
  const { clock } = deps;
  for (const { user, because } of skipped) {
    if (because === 'unchanged' || because === 'meanwhile' || because === 'lastApprovers') continue;
    const refusal = { kind: 'refused', action: 'users.resetPassword', because } as const;
    await activityStore.record(tx, scope, refusal, user.id, clock());
  }
}

/**
 * Resets the passwords of several users and ends their sessions.
 * @returns the credentials. Their clear text is not stored, so it cannot be retrieved later
 */
export async function bulkReset(
  deps: BulkResetDependencies,
  scope: Scope,
  targets: readonly ResetTarget[],
): Promise<BulkResetOutcome> {
  const { credentialIssuer, database, throttle, clock } = deps;
  checkBulkSize(targets.map(({ id }) => id));
  if (!credentialIssuer.canDeliver(scope)) return { outcome: 'noMail' };
  const epochs = new Map(targets.map(({ id, epoch }) => [id, epoch]));
  const preview = await partitionTargets(database, scope, 'reset', [...epochs.keys()], clock());
  const resets = preview.done.length;
  const user = userOf(scope.principal);
  const wait = user && resets > 0 ? await throttle.consumeBudget('reset', user.userId, resets) : null;
  if (wait !== null) return { outcome: 'throttled', retryAfter: wait.retryAfter };
  const credentials = await issueTo(deps, scope, preview.done);
  return database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const { done, skipped } = await partitionTargets(tx, scope, 'reset', [...epochs.keys()], clock());
    await recordRefusals(deps, tx, scope, skipped);
    const issued: IssuedUserCredential[] = [];
    const meanwhile: SkippedUser[] = [];
    for (const user of done) {
      const credential = credentials.find((each) => each.user.id === user.id);
      const written = credential && (await storeReset(deps, tx, scope, credential, epochs.get(user.id) ?? -1));
      if (written) issued.push(credential);
      else meanwhile.push({ user, because: 'meanwhile' });
    }
    return { outcome: 'reset', issued, skipped: [...skipped, ...meanwhile] };
  });
}

export const createBulkReset = (deps: BulkResetDependencies) => bind(deps, { bulkReset }).bulkReset;

export type BulkReset = ReturnType<typeof createBulkReset>;
