import { setImmediate as nextTurn } from 'node:timers/promises';

/** Works through many things, some at a time, and lets everybody else's requests in between. */
export async function processInChunks<T>(
  all: readonly T[],
  size: number,
  work: (some: readonly T[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < all.length; from += size) {
    if (from > 0) await nextTurn();
    await work(all.slice(from, from + size));
  }
}
