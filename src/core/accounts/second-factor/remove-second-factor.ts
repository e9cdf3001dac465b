import { may } from '../../../domain/policy.ts';
import type { Scope } from '../../../domain/scope.ts';
import { lockTenantAndRecheck } from '../sessions/recheck-under-lock.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { performAction, type ActionOutcome, type UserAction } from '../users/actions.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as secondFactorsStore from '../stores/second-factors.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as usersStore from '../stores/users.store.ts';

export type RemoveSecondFactor = ReturnType<typeof createSecondFactorRemover>;

export interface SecondFactorRemoverDependencies {
  readonly database: Database;
  readonly throttle: Pick<Throttle, 'codes'>;
  readonly clock: () => number;
}

/**
 * Removes another user's second factor, on behalf of an administrator or the operator's command.
 * @param seenAt the set-up time of the factor that the page showed, epoch ms; null to remove any factor. A factor that
 * the user has set up since then is not removed
 */
export async function removeSecondFactor(
  deps: SecondFactorRemoverDependencies,
  scope: Scope,
  userId: string,
  seenAt: number | null = null,
): Promise<ActionOutcome | { readonly outcome: 'moving' }> {
  const { database, clock, throttle } = deps;
  const result = await database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    if ((await tenantsStore.findOwn(tx, scope))?.state === 'moving') return { outcome: 'moving' } as const;
    const user = seenAt === null ? null : await usersStore.find(tx, scope, userId);
    const factorAt = user?.secondFactorAt ?? null;
    const isAllowed = user !== null && may(scope, 'users.removeSecondFactor', user).allowed;
    if (isAllowed && factorAt !== null && factorAt !== seenAt) return { outcome: 'conflict', user } as const;
    return performAction(tx, scope, userId, removeSecondFactorAction, clock());
  });
  // Failed attempts with the removed factor must not count against the next one.
  if (result.outcome === 'done') await throttle.codes.deleteCounts(result.user);
  return result;
}

export const createSecondFactorRemover = (deps: SecondFactorRemoverDependencies) =>
  bind(deps, { removeSecondFactor }).removeSecondFactor;

/**
 * Removes the second factor of a user who has lost the authenticator app and the recovery codes, and ends the user's
 * sessions. The password stays valid.
 */
export const removeSecondFactorAction: UserAction = {
  action: 'users.removeSecondFactor',
  among: 'present',
  endsApproving: true,
  apply: async (tx, scope, user) => {
    if (user.secondFactorAt === null) return null;
    await secondFactorsStore.remove(tx, scope, user.id);
    await credentialsStore.endEpoch(tx, scope, user.id);
    await sessionsStore.endAllOfUser(tx, scope, user.id, null);
    return { kind: 'secondFactor.removed' };
  },
};
