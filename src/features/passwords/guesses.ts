import { Worker } from 'node:worker_threads';
import { overloaded } from '../../domain/errors.ts';

export interface GuessCounter {
  /**
   * @returns how many guesses an attacker who knows the common passwords and these names would need
   * @throws Failure overloaded when there is no answer within 5 s: an unchecked password is not accepted
   */
  count(password: string, names: readonly string[]): Promise<number>;
  close(): Promise<void>;
}

const longestWaitMs = 5_000;
const mostWaiting = 8;

/** Counts guesses by zxcvbn in a thread of its own, started at the first use: it costs CPU time and 40 MB. */
export function createGuessCounter(): GuessCounter {
  let worker: Worker | null = null;
  let lastId = 0;
  const waiting = new Map<number, PromiseWithResolvers<number>>();
  const start = (): Worker => {
    const started = new Worker(new URL('./guesses.worker.ts', import.meta.url));
    started.unref();
    started.on('message', ({ id, guesses }: { id: number; guesses: number }) => waiting.get(id)?.resolve(guesses));
    started.on('error', (error) => {
      worker = null;
      waiting.forEach((each) => each.reject(error));
    });
    return started;
  };
  return {
    count: async (password, names) => {
      if (waiting.size >= mostWaiting) throw overloaded(longestWaitMs / 1_000);
      const id = ++lastId;
      const answer = Promise.withResolvers<number>();
      waiting.set(id, answer);
      // A thread that is late is given up together with what waits for it: its queue would only grow.
      const timer = setTimeout(() => {
        void worker?.terminate();
        worker = null;
        waiting.forEach((each) => each.reject(overloaded(longestWaitMs / 1_000)));
      }, longestWaitMs);
      try {
        (worker ??= start()).postMessage({ id, password, names });
        return await answer.promise;
      } finally {
        clearTimeout(timer);
        waiting.delete(id);
      }
    },
    close: async () => {
      await worker?.terminate();
    },
  };
}
