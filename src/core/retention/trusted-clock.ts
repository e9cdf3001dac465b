import type { Logger } from 'pino';
import * as trustedClockStore from './trusted-clock.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { trimStore } from '../activity/index.ts';

/** Decides whether the clock is reliable enough for time-based deletion. */
export interface TrustedClock {
  /** Called once by each run that performs time-based deletion. Safe to call concurrently from several processes. */
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
const dayMs = 24 * hourMs;
/** How far the clock may be ahead of the trusted time. */
const maxDistanceMs = dayMs;
/**
 * How far the wall clock and the monotonic clock may drift apart within a day. A larger difference means that the wall
 * clock was set again.
 */
const maxDriftMs = hourMs;
const advanceEveryMs = 10 * minuteMs;
const warnEveryMs = hourMs;

/** @returns whether the system clock is so far ahead of the trusted time that time-based deletion is unsafe */
export const isAhead = (now: number, trustedAt: number): boolean => now - trustedAt > maxDistanceMs;

/** @returns the trusted time, epoch ms; before the first run, the time of the newest entry in the activity log */
export const readTrustedTime = async (database: Database, now: number): Promise<number> =>
  (await trustedClockStore.findForOperator(database)) ?? (await newestTime(database, now));

const newestTime = async (database: Database, now: number): Promise<number> =>
  Math.min((await trimStore.newestAtForOperator(database)) ?? now, now);

/** The times at which this process first noticed that the clock is ahead. */
interface Sighting {
  readonly now: number;
  readonly monotonic: number;
  readonly trustedAt: number;
}

/**
 * Trusts the clock if it is at most a day ahead of the last trusted time. Otherwise, it trusts the clock once an
 * operator has confirmed it, or once a whole day has passed on both clocks of this process and no other process has
 * changed the trusted time.
 */
export function createTrustedClock(parts: TrustedClockParts): TrustedClock {
  return new ObservedClock(parts);
}

class ObservedClock implements TrustedClock {
  readonly #parts: TrustedClockParts;
  #sighting: Sighting | null = null;
  #warnedAt: number | null = null;

  constructor(parts: TrustedClockParts) {
    this.#parts = parts;
  }

  async isTrusted(): Promise<boolean> {
    const { database, clock, monotonic } = this.#parts;
    const now = clock();
    const known = await trustedClockStore.findForOperator(database);
    const trustedAt = known ?? (await newestTime(database, now));
    // Store the time on the first run. Otherwise the next run would use the newest log entry again, which may have a
    // wrong time.
    if (known === null) await trustedClockStore.advanceForOperator(database, trustedAt);
    if (isAhead(now, trustedAt) && !this.#hasSeenADayPass({ now, monotonic: monotonic(), trustedAt })) {
      this.#warn(
        now,
        trustedAt,
        'The clock is more than a day ahead of the time at which it was last trusted. Nothing was deleted',
      );
      return false;
    }
    await this.#accept(now, trustedAt);
    return true;
  }

  /** @returns whether a whole day has passed since the clock was first seen ahead */
  #hasSeenADayPass(current: Sighting): boolean {
    const first = this.#sighting ?? current;
    const [wallMs, monotonicMs] = [current.now - first.now, current.monotonic - first.monotonic];
    const wasSetAgain = Math.abs(wallMs - monotonicMs) > maxDriftMs;
    if (wasSetAgain) this.#warnedAt = null;
    // If another process has advanced the trusted time, its clock is trusted and this one differs from it, so start
    // again.
    const sighting = wasSetAgain || first.trustedAt !== current.trustedAt ? current : first;
    this.#sighting = sighting;
    return Math.min(current.now - sighting.now, current.monotonic - sighting.monotonic) >= dayMs;
  }

  async #accept(now: number, trustedAt: number): Promise<void> {
    const { database, log } = this.#parts;
    if (this.#sighting !== null) log.info({ clock: iso(now) }, 'The clock is trusted again: expired data is deleted');
    this.#sighting = null;
    if (isAhead(trustedAt, now)) {
      this.#warn(
        now,
        trustedAt,
        'The clock is behind the time at which expired data was last deleted. Confirm it if it is right',
      );
      return;
    }
    this.#warnedAt = null;
    if (now - trustedAt >= advanceEveryMs) await trustedClockStore.advanceForOperator(database, now);
  }

  // Warn at most once an hour, because a warning with every run, every ten minutes, would fill the log.
  #warn(now: number, trustedAt: number, message: string): void {
    const { monotonic, log } = this.#parts;
    if (this.#warnedAt !== null && monotonic() - this.#warnedAt < warnEveryMs) return;
    this.#warnedAt = monotonic();
    log.warn({ clock: iso(now), trustedAt: iso(trustedAt), confirmWith: confirmCommand }, message);
  }
}

const iso = (at: number): string => new Date(at).toISOString();
