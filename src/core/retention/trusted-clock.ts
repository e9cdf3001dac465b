import type { Logger } from 'pino';
import * as trustedClockStore from './trusted-clock.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { trimStore } from '../activity/index.ts';

/** Decides whether the clock is reliable enough for time-based deletion. */
export interface TrustedClock {
  /**
   * Called once by each run that performs time-based deletion. Safe to call concurrently from several processes.
   * @returns whether the run may delete data by time
   */
  isTrusted(): Promise<boolean>;
}

export interface TrustedClockParts {
  readonly database: Database;
  /** The wall clock, epoch ms. */
  readonly clock: () => number;
  /** A monotonic clock, in ms. */
  readonly monotonic: () => number;
  readonly log: Logger;
}

/** The command that an operator runs to confirm the clock. */
export const confirmCommand = 'npx parvis purge';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** The maximum difference between the clock and the trusted time, in either direction. */
const maxDistanceMs = 24 * hourMs;
/**
 * The maximum drift between the wall clock and the monotonic clock. A larger one means that the wall clock was set
 * again.
 */
const maxDriftMs = hourMs;
const advanceEveryMs = 10 * minuteMs;
const warnEveryMs = hourMs;

export type ClockFault = 'ahead' | 'behind';

const warnings: Readonly<Record<ClockFault, string>> = {
  ahead: 'The clock is more than a day ahead of the time at which it was last trusted. Nothing was deleted',
  behind: 'The clock is more than a day behind the time at which it was last trusted. Nothing was deleted',
};

/**
 * @param now the current time, epoch ms
 * @param trustedAt the trusted time, epoch ms
 * @returns whether the clock is ahead or behind, if it is too far from the trusted time for time-based deletion; null
 * otherwise
 */
export function findClockFault(now: number, trustedAt: number): ClockFault | null {
  if (Math.abs(now - trustedAt) <= maxDistanceMs) return null;
  return now > trustedAt ? 'ahead' : 'behind';
}

/** @returns the trusted time, epoch ms; before the first run, the time of the newest entry in the activity log */
export const readTrustedTime = async (database: Database, now: number): Promise<number> =>
  (await trustedClockStore.findForOperator(database)) ?? (await newestTime(database, now));

const newestTime = async (database: Database, now: number): Promise<number> =>
  Math.min((await trimStore.newestAtForOperator(database)) ?? now, now);

/**
 * Trusts the clock while it is at most a day ahead of or behind the last trusted time. Otherwise, trust resumes when
 * the clock is back within that range or an operator confirms it.
 */
export function createTrustedClock(parts: TrustedClockParts): TrustedClock {
  return new ObservedClock(parts);
}

class ObservedClock implements TrustedClock {
  readonly #parts: TrustedClockParts;
  /** Both clocks at the last warning; null while the clock is trusted. */
  #warned: { readonly now: number; readonly monotonic: number } | null = null;

  constructor(parts: TrustedClockParts) {
    this.#parts = parts;
  }

  async isTrusted(): Promise<boolean> {
    const { database, clock } = this.#parts;
    const now = clock();
    const known = await trustedClockStore.findForOperator(database);
    const trustedAt = known ?? (await newestTime(database, now));
    // Store the time on the first run. Otherwise the next run would use the newest log entry again, which may have a
    // wrong time.
    if (known === null) await trustedClockStore.advanceForOperator(database, trustedAt);
    const fault = findClockFault(now, trustedAt);
    if (fault === null) await this.#accept(now, trustedAt);
    else this.#warn(now, trustedAt, fault);
    return fault === null;
  }

  async #accept(now: number, trustedAt: number): Promise<void> {
    const { database, log } = this.#parts;
    if (this.#warned !== null) log.info({ clock: iso(now) }, 'The clock is trusted again: expired data is deleted');
    this.#warned = null;
    if (now - trustedAt >= advanceEveryMs) await trustedClockStore.advanceForOperator(database, now);
  }

  // Warn at most once an hour, unless the clock was set again, because a warning on every run, every ten minutes,
  // would fill the log.
  #warn(now: number, trustedAt: number, fault: ClockFault): void {
    const { monotonic, log } = this.#parts;
    const passed = monotonic() - (this.#warned?.monotonic ?? -Infinity);
    const wasSetAgain = Math.abs(now - (this.#warned?.now ?? now) - passed) > maxDriftMs;
    if (passed < warnEveryMs && !wasSetAgain) return;
    this.#warned = { now, monotonic: monotonic() };
    log.warn({ clock: iso(now), trustedAt: iso(trustedAt), confirmWith: confirmCommand }, warnings[fault]);
  }
}

const iso = (at: number): string => new Date(at).toISOString();
