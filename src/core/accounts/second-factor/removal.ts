import type { Scope } from '../../../domain/scope.ts';
import type { Stores } from '../../../stores.ts';
import { lockAs } from '../sessions/recheck.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { takeStep, type StepOutcome } from '../users/step.ts';
import { removeSecondFactor } from './remove-step.ts';

export type Removal = ReturnType<typeof createRemoval>;

/** Makes what removes another's second factor: by an administrator, or by the operator's command. */
export function createRemoval(parts: { stores: Stores; throttle: Pick<Throttle, 'codes'>; clock: () => number }) {
  const { stores, throttle, clock } = parts;

  /** @returns `unchanged` where there was none, `moving` for a command in a tenant that moves. @throws Failure notFound or conflict */
  return async (scope: Scope, userId: string): Promise<StepOutcome | { readonly outcome: 'moving' }> => {
    const result = await stores.transaction(async (within) => {
      await lockAs(within, scope, clock);
      if ((await within.tenants.findOwn(scope))?.state === 'moving') return { outcome: 'moving' } as const;
      return takeStep(within, scope, userId, removeSecondFactor, clock());
    });
    // Whoever tried at the one that is gone shall not keep its user from the next.
    if (result.outcome === 'done') await throttle.codes.forget(result.user);
    return result;
  };
}
