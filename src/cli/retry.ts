import { StoreMismatch } from '../platform/region-identity.ts';

const maxWaitMs = 3_000;

/** Repeats a check for up to three seconds, because a new client may not be connected yet. */
export async function retryUntilConnected(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + maxWaitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (error instanceof StoreMismatch || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
