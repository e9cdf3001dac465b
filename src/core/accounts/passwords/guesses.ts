import { Worker } from 'node:worker_threads';
import type { Language } from '../../../domain/regions.ts';
import { overloaded, type Failure } from '../../../domain/errors.ts';
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

const defaultMaxWaitMs = 5_000;
const maxWaiting = 8;

/**
 * Counts guesses with zxcvbn in a thread of its own, started at the first use: it costs CPU time and 40 MB.
 * @param languages the languages whose dictionaries are used, where zxcvbn has one
 * @param maxWaitMs how long one count may take before it is given up
 */
export function createGuessCounter(languages: readonly Language[], maxWaitMs = defaultMaxWaitMs): GuessCounter {
  return new ThreadedGuessCounter(languages, maxWaitMs);
}

class ThreadedGuessCounter implements GuessCounter {
  readonly #languages: readonly Language[];
  readonly #maxWaitMs: number;
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>();
  #worker: Worker | null = null;
  #isReady = false;
  #lastId = 0;

  constructor(languages: readonly Language[], maxWaitMs: number) {
    this.#languages = languages;
    this.#maxWaitMs = maxWaitMs;
  }

  async count(password: string, names: readonly string[]): Promise<number> {
    if (this.#waiting.size >= maxWaiting) throw this.#overloaded();
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<number>();
    this.#waiting.set(id, answer);
    const timer = setTimeout(() => this.#giveUp(answer), this.#maxWaitMs);
    try {
      (this.#worker ??= this.#start()).postMessage({ id, password, names });
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const started = new Worker(new URL(`./guesses.worker${codeExtension}`, import.meta.url), {
      workerData: this.#languages,
    });
    started.unref();
    this.#isReady = false;
    started.on('message', (message: GuessesMessage) => {
      if (message === 'ready') this.#isReady = true;
      else this.#waiting.get(message.id)?.resolve(message.guesses);
    });
    started.on('error', (error) => {
      this.#worker = null;
      this.#rejectAll(error);
    });
    return started;
  }

  #giveUp(answer: PromiseWithResolvers<number>): void {
    // A thread that is still loading its dictionaries would, if restarted, be late again: on a busy machine, forever.
    if (!this.#isReady) {
      answer.reject(this.#overloaded());
      return;
    }
    // A thread that is late with its work is terminated, and everything that waits for it fails: its queue would only grow.
    void this.#worker?.terminate();
    this.#worker = null;
    this.#rejectAll(this.#overloaded());
  }

  #rejectAll(reason: unknown): void {
    this.#waiting.forEach((each) => each.reject(reason));
  }

  #overloaded(): Failure {
    return overloaded(Math.ceil(this.#maxWaitMs / 1_000));
  }
}
