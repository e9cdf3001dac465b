import assert from 'node:assert/strict';
import { createHasher, type Hasher } from '../../src/platform/keys/hasher.ts';

/** A hasher during which something happens, once: when a password has been found right, and nothing has followed from it. */
export async function anInterruptedHasher() {
  const base = await createHasher({ memoryCost: 8, timeCost: 1, parallelism: 1 });
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
    /** Says what happens during the next check. */
    meanwhile: (work: () => Promise<unknown>): void => {
      next = work;
    },
    /** Fails where nothing was checked since: the test would show nothing. */
    happened: (): void => assert.equal(next, null, 'no password was checked'),
  };
}
