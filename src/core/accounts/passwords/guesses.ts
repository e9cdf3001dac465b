import { Worker } from 'node:worker_threads';
import { overloaded } from '../../../domain/errors.ts';
import { codeExtension } from '../../../platform/package-root.ts';
import type { GuessesMessage } from './guesses.worker.ts';

export interface GuessCounter {
  /**
   * @returns how many guesses an attacker who knows the common passwords and these names would need
   * @throws Failure overloaded when there is no answer in time: an unchecked password is not accepted
   */
  count(password: string, names: readonly string[]): Promise<number>;
  close(): Promise<void>;
}

const usualWaitMs = 5_000;
const mostWaiting = 8;

/** Counts guesses by zxcvbn in a thread of its own, started at the first use: it costs CPU time and 40 MB. */
export function createGuessCounter(longestWaitMs = usualWaitMs): GuessCounter {
  let worker: Worker | null = null;
  let isReady = false;
  let lastId = 0;
  const waiting = new Map<number, PromiseWithResolvers<number>>();
  const start = (): Worker => {
    const started = new Worker(new URL(`./guesses.worker${codeExtension}`, import.meta.url));
    started.unref();
    isReady = false;
    started.on('message', (message: GuessesMessage) => {
      if (message === 'ready') isReady = true;
      else waiting.get(message.id)?.resolve(message.guesses);
    });
    started.on('error', (error) => {
      worker = null;
      waiting.forEach((each) => each.reject(error));
    });
    return started;
  };
  return {
    count: async (password, names) => {
      if (waiting.size >= mostWaiting) throw overloaded(Math.ceil(longestWaitMs / 1_000));
      const id = ++lastId;
      const answer = Promise.withResolvers<number>();
      waiting.set(id, answer);
      const timer = setTimeout(() => {
        const late = overloaded(Math.ceil(longestWaitMs / 1_000));
        // One that still reads its dictionaries would, begun again, be late again: on a busy machine, for ever.
        if (!isReady) return answer.reject(late);
        // A thread that is late at its work is given up together with what waits for it: its queue would only grow.
        void worker?.terminate();
        worker = null;
        waiting.forEach((each) => each.reject(late));
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
