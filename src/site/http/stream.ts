import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Response } from 'express';

const maxStallMs = 30_000;

/**
 * Streams text or bytes with backpressure: a chunk is generated only when the client is ready for it.
 * @returns true if everything was sent; false if the client disconnected or read nothing for `stallMs` (default 30 s)
 */
export async function streamText(
  response: Response,
  chunks: AsyncIterable<string | Buffer>,
  stallMs = maxStallMs,
): Promise<boolean> {
  const disconnected = new AbortController();
  response.once('close', () => disconnected.abort());
  const waitFor = (event: 'drain' | 'finish'): Promise<unknown> =>
    once(response, event, { signal: AbortSignal.any([disconnected.signal, AbortSignal.timeout(stallMs)]) });
  try {
    for await (const chunk of chunks) {
      if (disconnected.signal.aborted) return false;
      if (!response.write(chunk)) await waitFor('drain');
      // Yield to the event loop: with a fast client, the loop would otherwise block other requests until the last
      // chunk.
      await nextTurn();
    }
    const sent = waitFor('finish');
    response.end();
    await sent;
    return true;
  } catch (error) {
    // The headers are already sent, so aborting the connection is the only way to signal an incomplete file.
    response.destroy();
    if (error instanceof Error && error.name === 'AbortError') return false;
    throw error;
  }
}
