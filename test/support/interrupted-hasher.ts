import assert from 'node:assert/strict';
import { createHasher, type Hasher } from '../../src/platform/keys/hasher.ts';

/** Creates a hasher that calls a function once, after a password has been verified and before the result is used. */
export function anInterruptedHasher() {
  const base = createHasher({ memoryCost: 8, timeCost: 1, parallelism: 1 });
  let next: (() => Promise<unknown>) | null = null;
  const hasher: Hasher = {
    ...base,
    verify: async (tag, password) => {
      const matches = await base.verify(tag, password);
      const work = next;
      next = null;
      await work?.();
      return matches;
    },
  };
  return {
    hasher,
    /** Sets the function to call during the next verification. */
    duringNextVerify: (work: () => Promise<unknown>): void => {
      next = work;
    },
    /** Fails if no password has been verified since `duringNextVerify`, because the test would then prove nothing. */
    assertVerified: (): void => assert.equal(next, null, 'no password was checked'),
  };
}
