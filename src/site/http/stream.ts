import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Response } from 'express';

const maxStallMs = 30_000;

/**
 * Streams text or bytes with backpressure: each chunk is generated only when the client can receive it.
 * @returns true if everything was sent; false if the client disconnected or did not read for `stallMs` (default: 30
 * seconds)
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
      // Yield to the event loop. Otherwise the export for a fast client would block all other requests until its last
      // chunk.
      await nextTurn();
    }
    const sent = waitFor('finish');
    response.end();
    await sent;
    return true;
  } catch (error) {
    // The headers have been sent already, so only aborting the connection can signal an incomplete file.
    response.destroy();
    if (error instanceof Error && error.name === 'AbortError') return false;
    throw error;
  }
}
