import { setTimeout as delay } from 'node:timers/promises';

const minPauseMs = 2;
const maxPauseMs = 20;

/**
 * Waits for locks that other processes hold on the database file. The driver could wait too, but it would block the
 * event loop, so its own timeout is zero.
 */
export class SqliteLock {
  readonly #maxWaitMs: number;
  #busySince: number | null = null;
  #lastBusyAt = Number.NEGATIVE_INFINITY;

  /** @param maxWaitMs the time after which statements fail while another process holds a lock */
  constructor(maxWaitMs: number) {
    this.#maxWaitMs = maxWaitMs;
  }

  /**
   * Runs a statement, and repeats it with pauses while the file is locked. Once the file has been locked for longer
   * than the limit, statements fail after one attempt, so that statements in a queue do not add up their waiting times.
   * @throws the last error if the file is still locked
   */
  async run<T>(statement: () => T | Promise<T>): Promise<T> {
    const startedAt = performance.now();
    for (let pauseMs = minPauseMs; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
      try {
        return await statement();
      } catch (error) {
        if (!isLocked(error) || !this.#mayWait(startedAt)) throw error;
      }
      // Add jitter, so that processes that wait for each other do not collide repeatedly.
      await delay(pauseMs * (0.5 + Math.random()));
    }
  }

  /** Resets the waiting time after this process has acquired the write lock, which must have been free. */
  acquired(): void {
    this.#busySince = null;
  }

  #mayWait(startedAt: number): boolean {
    const now = performance.now();
    if (now - this.#lastBusyAt > this.#maxWaitMs) this.#busySince = null;
    this.#lastBusyAt = now;
    this.#busySince ??= startedAt;
    return now - this.#busySince < this.#maxWaitMs;
  }
}

// SQLITE_BUSY_SNAPSHOT is excluded: a transaction that has read an older state must be repeated as a whole.
const isLocked = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'SQLITE_BUSY' || error.code === 'SQLITE_BUSY_RECOVERY');
