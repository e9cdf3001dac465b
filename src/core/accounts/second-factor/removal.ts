import type { Scope } from '../../../domain/scope.ts';
import { lockTenantAndRecheck } from '../sessions/recheck.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { performAction, type ActionOutcome, type UserAction } from '../users/actions.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as secondFactorsStore from '../stores/second-factors.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';

export type Removal = ReturnType<typeof createRemoval>;

export interface RemovalDependencies {
  readonly database: Database;
  readonly throttle: Pick<Throttle, 'codes'>;
  readonly clock: () => number;
}

/** Makes what removes another's second factor: by an administrator, or by the operator's command. */
export async function removal(
  deps: RemovalDependencies,
  scope: Scope,
  userId: string,
): Promise<ActionOutcome | { readonly outcome: 'moving' }> {
  const { database, clock, throttle } = deps;
  const result = await database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    if ((await tenantsStore.findOwn(tx, scope))?.state === 'moving') return { outcome: 'moving' } as const;
    return performAction(tx, scope, userId, removeSecondFactor, clock());
  });
  // Whoever tried at the one that is gone shall not keep its user from the next.
  if (result.outcome === 'done') await throttle.codes.forget(result.user);
  return result;
}

export const createRemoval = (deps: RemovalDependencies) => bind(deps, { removal }).removal;

/**
 * Removes another's second factor, who has lost app and recovery codes. All that it opened ends.
 * Their password stays, and is needed as before.
 */
export const removeSecondFactor: UserAction = {
  action: 'users.removeSecondFactor',
  among: 'present',
  apply: async (tx, scope, user) => {
    if (user.secondFactorAt === null) return null;
    await secondFactorsStore.remove(tx, scope, user.id);
    await credentialsStore.endEpoch(tx, scope, user.id);
    await sessionsStore.endAllOfUser(tx, scope, user.id, null);
    return { kind: 'secondFactor.removed' };
  },
};
