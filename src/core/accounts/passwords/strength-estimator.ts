import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Language } from '../../../domain/regions.ts';
import { overloaded, type Failure } from '../../../domain/errors.ts';
import { codeExtension, codeRoot } from '../../../platform/package-root.ts';
import type { StrengthMessage } from './strength-estimator.worker.ts';

export interface StrengthEstimator {
  /**
   * Waits until the worker has loaded its word lists and compiled its code, so that estimates are quick.
   * @throws the worker's error if it cannot start
   */
  warmUp(): Promise<void>;
  /**
   * @param password the password, in NFKC
   * @param names the names that an attacker would try, as `listNames` returns them
   * @returns the base-2 logarithm of the number of guesses needed with common passwords, words, patterns and these
   * names; 0 for a common password
   * @throws Failure overloaded if the worker does not respond in time, because an unchecked password must not be
   * accepted
   */
  estimateBits(password: string, names: readonly string[]): Promise<number>;
  close(): Promise<void>;
}

const defaultMaxWaitMs = 5_000;
const maxWaiting = 8;

const program = path.join(codeRoot, `src/core/accounts/passwords/strength-estimator.worker${codeExtension}`);

/**
 * Estimates the strength of passwords in a worker thread, because loading the word lists takes a second of CPU time.
 * The thread starts on first use.
 * @param languages the languages whose dictionaries are used, if zxcvbn provides them
 * @param maxWaitMs the time after which an estimate fails
 */
export function createStrengthEstimator(
  languages: readonly Language[],
  maxWaitMs = defaultMaxWaitMs,
): StrengthEstimator {
  return new WorkerStrengthEstimator(languages, maxWaitMs);
}

class WorkerStrengthEstimator implements StrengthEstimator {
  readonly #languages: readonly Language[];
  readonly #maxWaitMs: number;
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>();
  #worker: Worker | null = null;
  #ready = Promise.withResolvers<null>();
  #isReady = false;
  #lastId = 0;

  constructor(languages: readonly Language[], maxWaitMs: number) {
    this.#languages = languages;
    this.#maxWaitMs = maxWaitMs;
  }

  async warmUp(): Promise<void> {
    const worker = (this.#worker ??= this.#start());
    // Keep the process alive until the worker is ready, because there may be no other active handle.
    worker.ref();
    await this.#ready.promise.finally(() => worker.unref());
  }

  async estimateBits(password: string, names: readonly string[]): Promise<number> {
    if (this.#waiting.size >= maxWaiting) throw this.#overloaded();
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<number>();
    this.#waiting.set(id, answer);
    const timer = setTimeout(() => this.#handleTimeout(answer), this.#maxWaitMs);
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
    const started = new Worker(program, { workerData: this.#languages });
    started.unref();
    this.#isReady = false;
    this.#ready = Promise.withResolvers();
    // Prevent an unhandled rejection: only `warmUp` awaits this promise, and `#rejectAll` fails the requests.
    this.#ready.promise.catch(() => undefined);
    started.on('message', (message: StrengthMessage) => {
      if (message === 'ready') {
        this.#isReady = true;
        this.#ready.resolve(null);
      } else this.#waiting.get(message.id)?.resolve(message.bits);
    });
    started.on('error', (error) => {
      this.#worker = null;
      this.#ready.reject(error);
      this.#rejectAll(error);
    });
    return started;
  }

  #handleTimeout(answer: PromiseWithResolvers<number>): void {
    // Do not restart a worker that is still loading its word lists: on a busy machine it would never finish.
    if (!this.#isReady) {
      answer.reject(this.#overloaded());
      return;
    }
    // Replace a worker that cannot keep up, and fail its queued requests. Otherwise the queue would keep growing.
    void this.#worker?.terminate();
    this.#worker = this.#start();
    this.#rejectAll(this.#overloaded());
  }

  #rejectAll(reason: unknown): void {
    this.#waiting.forEach((each) => each.reject(reason));
  }

  #overloaded(): Failure {
    return overloaded('passwordCheck', Math.ceil(this.#maxWaitMs / 1_000));
  }
}
