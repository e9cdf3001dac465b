import type { Database } from '../../src/platform/database/database.ts';
import type { RegionRules } from '../../src/domain/regions.ts';
import type { CodeAttempt } from '../../src/core/accounts/throttles/code-throttle.ts';
import { createThrottle, type Attempt, type Throttle } from '../../src/core/accounts/throttles/throttle.ts';

let people = 0;

/** @returns an attempt by a new user from a new address, with the given overrides */
export const attempt = (overrides: Partial<Attempt> = {}): Attempt => ({
  kind: 'own',
  username: `user-${++people}@a.example`,
  address: `192.0.2.${people}`,
  epoch: 0,
  knownDevice: null,
  sessionId: null,
  maxAttempts: null,
  ...overrides,
});

/** @returns a code from the app, entered at sign-in in an unknown browser, with the given overrides */
export const codeAttempt = (overrides: Partial<CodeAttempt> = {}): CodeAttempt => ({
  username: `codes-${++people}@a.example`,
  kind: 'app',
  sessionId: `session-${people}`,
  place: 'signIn',
  knownDevice: null,
  ...overrides,
});

export type WaitingThrottle = ReturnType<typeof createWaitingThrottle>;

/** Wraps the throttle so that it returns the waiting time in seconds, 0 if the attempt is allowed. */
export function createWaitingThrottle(database: Database, rules: RegionRules) {
  const throttle = createThrottle(database, rules, () => Date.now());
  return {
    ...throttle,
    take: async (each: Attempt): Promise<number> => (await throttle.consume(each))?.retryAfter ?? 0,
    takeBudget: async (...all: Parameters<Throttle['consumeBudget']>): Promise<number> =>
      (await throttle.consumeBudget(...all))?.retryAfter ?? 0,
  };
}

/** Makes attempts one after the other. @returns their waiting times in seconds */
export async function takeRepeatedly(
  throttle: WaitingThrottle,
  count: number,
  next: (n: number) => Attempt,
): Promise<number[]> {
  const waits: number[] = [];
  for (let n = 0; n < count; n++) waits.push(await throttle.take(next(n)));
  return waits;
}
