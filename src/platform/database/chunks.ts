import { setImmediate as nextTurn } from 'node:timers/promises';

/** Processes many items in chunks, and yields to the event loop between chunks. */
export async function processInChunks<T>(
  items: readonly T[],
  size: number,
  work: (chunk: readonly T[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < items.length; from += size) {
    if (from > 0) await nextTurn();
    await work(items.slice(from, from + size));
  }
}
