import type { Scope } from '../../../domain/scope.ts';
import { lockAs } from '../sessions/recheck.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { takeStep, type StepOutcome } from '../users/step.ts';
import { removeSecondFactor } from './remove-step.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

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
): Promise<StepOutcome | { readonly outcome: 'moving' }> {
  const { database, clock, throttle } = deps;
  const result = await database.transaction(async (tx) => {
    await lockAs(tx, scope, clock);
    if ((await tenantsStore.findOwn(tx, scope))?.state === 'moving') return { outcome: 'moving' } as const;
    return takeStep(tx, scope, userId, removeSecondFactor, clock());
  });
  // Whoever tried at the one that is gone shall not keep its user from the next.
  if (result.outcome === 'done') await throttle.codes.forget(result.user);
  return result;
}

export const createRemoval = (deps: RemovalDependencies) => bind(deps, { removal }).removal;
