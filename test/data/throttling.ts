import type { Database } from '../../src/platform/database/database.ts';
import type { RegionRules } from '../../src/domain/regions.ts';
import { createThrottle, type Attempt, type Throttle } from '../../src/core/accounts/throttles/throttle.ts';

let people = 0;

/** A try by somebody new, from an address of their own, but for the wishes. */
export const attempt = (wishes: Partial<Attempt> = {}): Attempt => ({
  kind: 'own',
  username: `user-${++people}@a.example`,
  address: `192.0.2.${people}`,
  epoch: 0,
  knownDevice: null,
  maxAttempts: null,
  ...wishes,
});

export type Counting = ReturnType<typeof countingIn>;

/** The throttle, its answers in seconds: 0 where there is nothing to wait for. */
export function countingIn(database: Database, rules: RegionRules) {
  const throttle = createThrottle(database, rules);
  return {
    ...throttle,
    take: async (each: Attempt): Promise<number> => (await throttle.consume(each))?.retryAfter ?? 0,
    takeBudget: async (...all: Parameters<Throttle['consumeBudget']>): Promise<number> =>
      (await throttle.consumeBudget(...all))?.retryAfter ?? 0,
  };
}

/** @returns how long each of so many tries, one after the other, was told to wait, in s */
export async function tries(throttle: Counting, count: number, next: (n: number) => Attempt): Promise<number[]> {
  const waits: number[] = [];
  for (let n = 0; n < count; n++) waits.push(await throttle.take(next(n)));
  return waits;
}
