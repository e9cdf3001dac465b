import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Response } from 'express';

const maxStallMs = 30_000;

/**
 * Sends pieces of text as fast as they are taken, and no faster: what has not been asked for is not made.
 * @returns whether all of it went out; false when the reader left, or took nothing for half a minute
 */
export async function streamText(
  response: Response,
  pieces: AsyncIterable<string>,
  stallMs = maxStallMs,
): Promise<boolean> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const waitFor = (event: 'drain' | 'finish'): Promise<unknown> =>
    once(response, event, { signal: AbortSignal.any([gone.signal, AbortSignal.timeout(stallMs)]) });
  try {
    for await (const piece of pieces) {
      if (gone.signal.aborted) return false;
      if (!response.write(piece)) await waitFor('drain');
      // A quick reader drains at once, and nobody else would have a turn until the last piece.
      await nextTurn();
    }
    const sent = waitFor('finish');
    response.end();
    await sent;
    return true;
  } catch (error) {
    // The head has gone out: that the file is not whole can only be told by breaking it off.
    response.destroy();
    if (error instanceof Error && error.name === 'AbortError') return false;
    throw error;
  }
}
