const tickMs = 50;
// If ticks are further apart than this, the delay was caused by this process, not by the service that it is waiting
// for.
const maxCountedMs = 2 * tickMs;

/**
 * Measures how long this process has waited while its event loop was running. Time during which the loop is blocked is
 * not counted, because no reply can be read then.
 */
export class WaitingTime {
  readonly #timer: NodeJS.Timeout;
  #waitedMs = 0;
  #tickedAt = performance.now();

  /** @param onTick called regularly with the waiting time in milliseconds since the last restart */
  constructor(onTick: (waitedMs: number) => void) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#waitedMs += Math.min(now - this.#tickedAt, maxCountedMs);
      this.#tickedAt = now;
      onTick(this.#waitedMs);
    }, tickMs).unref();
  }

  restart(): void {
    this.#waitedMs = 0;
    this.#tickedAt = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
