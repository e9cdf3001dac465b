import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { deliveryOf, type NewCredential, type CredentialIssuer } from '../links/hand-over.ts';
import { lockTenantAndRecheck } from '../sessions/recheck.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { checkBulkSize, sortOut, type Left } from './bulk.ts';
import { activityStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { userOf } from '../../../domain/principal.ts';

/** Whose password is reset, and the epoch that they had when it was decided: a form that is sent twice finds another. */
export interface ResetTarget {
  readonly id: string;
  readonly epoch: number;
}

export interface IssuedTo extends NewCredential {
  readonly user: User;
}

export type BulkResetOutcome =
  | { readonly outcome: 'reset'; readonly issued: readonly IssuedTo[]; readonly left: readonly Left[] }
  /** The rules ask for mails, and this portal sends none: nothing was done. */
  | { readonly outcome: 'noMail' }
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

export interface BulkResetDependencies {
  readonly database: Database;
  readonly credentialIssuer: CredentialIssuer;
  readonly throttle: Throttle;
  readonly clock: () => number;
}

// One after the other: people who sign in meanwhile wait for one hash, not for all of them.
async function issueTo(deps: BulkResetDependencies, scope: Scope, users: readonly User[]): Promise<IssuedTo[]> {
  const { credentialIssuer } = deps;
  const issued: IssuedTo[] = [];
  for (const user of users) issued.push({ user, ...(await credentialIssuer.issue(scope)) });
  return issued;
}

async function write(
  deps: BulkResetDependencies,
  tx: Database,
  scope: Scope,
  issued: IssuedTo,
  epoch: number,
): Promise<boolean> {
  const { credentialIssuer } = deps;
  const { user, stored, way } = issued;
  if (!(await credentialsStore.replace(tx, scope, user.id, epoch, stored))) return false;
  await sessionsStore.endAllOfUser(tx, scope, user.id, null);
  await credentialIssuer.storeLinks(tx, scope, [[{ id: user.id, epoch: epoch + 1 }, issued]], 'reset');
  const event = { kind: 'password.reset', expiresAt: stored.until, ...deliveryOf(way) } as const;
  await activityStore.record(tx, scope, event, user.id, stored.at);
  return true;
}

async function recordRefusals(
  deps: BulkResetDependencies,
  tx: Database,
  scope: Scope,
  left: readonly Left[],
): Promise<void> {
  const { clock } = deps;
  for (const { user, because } of left) {
    if (because === 'unchanged' || because === 'meanwhile') continue;
    const refusal = { kind: 'refused', action: 'users.resetPassword', because } as const;
    await activityStore.record(tx, scope, refusal, user.id, clock());
  }
}

/** Makes what gives many users a way in each and ends their sessions. Clear texts are in its result alone. */
export async function bulkReset(
  deps: BulkResetDependencies,
  scope: Scope,
  targets: readonly ResetTarget[],
): Promise<BulkResetOutcome> {
  const { credentialIssuer, database, throttle, clock } = deps;
  checkBulkSize(targets.map(({ id }) => id));
  if (!credentialIssuer.canDeliver(scope)) return { outcome: 'noMail' };
  const epochs = new Map(targets.map(({ id, epoch }) => [id, epoch]));
  const first = await sortOut(database, scope, 'reset', [...epochs.keys()]);
  const spent = first.done.length;
  const user = userOf(scope.principal);
  const wait = user && spent > 0 ? await throttle.takeBudget('reset', user.userId, spent) : null;
  if (wait !== null) return { outcome: 'throttled', retryAfter: wait.retryAfter };
  const made = await issueTo(deps, scope, first.done);
  return database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const { done, left } = await sortOut(tx, scope, 'reset', [...epochs.keys()]);
    await recordRefusals(deps, tx, scope, left);
    const issued: IssuedTo[] = [];
    const meanwhile: Left[] = [];
    for (const user of done) {
      const password = made.find((each) => each.user.id === user.id);
      const written = password && (await write(deps, tx, scope, password, epochs.get(user.id) ?? -1));
      if (written) issued.push(password);
      else meanwhile.push({ user, because: 'meanwhile' });
    }
    return { outcome: 'reset', issued, left: [...left, ...meanwhile] };
  });
}

export const createBulkReset = (deps: BulkResetDependencies) => bind(deps, { bulkReset }).bulkReset;

export type BulkReset = ReturnType<typeof createBulkReset>;
