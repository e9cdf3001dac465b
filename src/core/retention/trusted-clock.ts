import type { Logger } from 'pino';
import * as trustedClockStore from './trusted-clock.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { trimStore } from '../activity/index.ts';

/** Decides whether data may be deleted because of the time that the clock shows. */
export interface TrustedClock {
  /** Asked once by each run that deletes by time. Several processes may ask at the same time. */
  isTrusted(): Promise<boolean>;
}

export interface TrustedClockParts {
  readonly database: Database;
  /** The wall clock, epoch ms. */
  readonly clock: () => number;
  /** A clock that nobody can set: ms since any moment, such as the start of the process. */
  readonly monotonic: () => number;
  readonly log: Logger;
}

/** What an operator runs to confirm that the clock is right. */
export const confirmCommand = 'npx parvis purge';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** How far the clock may be from the trusted time. */
const maxDistanceMs = dayMs;
/** How far the two clocks may drift apart in the course of a day; further means that the wall clock was set again. */
const maxDriftMs = hourMs;
const advanceEveryMs = 10 * minuteMs;
const warnEveryMs = hourMs;

/** @returns whether the clock is too far ahead of the trusted time to delete by it */
export const isAhead = (now: number, trustedAt: number): boolean => now - trustedAt > maxDistanceMs;

/** @returns the trusted time, epoch ms; before the first run, the time of the newest entry in the activity log */
export const readTrustedTime = async (database: Database, now: number): Promise<number> =>
  (await trustedClockStore.findForOperator(database)) ?? (await newestTime(database, now));

const newestTime = async (database: Database, now: number): Promise<number> =>
  Math.min((await trimStore.newestAtForOperator(database)) ?? now, now);

/** When this process first saw that the clock is ahead. */
interface Sighting {
  readonly now: number;
  readonly monotonic: number;
  readonly trustedAt: number;
}

/**
 * Trusts a clock that is at most a day ahead of the time that was trusted last. Otherwise it trusts the clock once this process
 * has seen a whole day pass on both of its clocks, while no other process moved the trusted time, or once an operator confirms it.
 */
export function createTrustedClock({ database, clock, monotonic, log }: TrustedClockParts): TrustedClock {
  let sighting: Sighting | null = null;
  let warnedAt: number | null = null;

  // At most once an hour: a run every ten minutes would fill the log.
  function mayWarn(): boolean {
    if (warnedAt !== null && monotonic() - warnedAt < warnEveryMs) return false;
    warnedAt = monotonic();
    return true;
  }

  function warnAhead(now: number, trustedAt: number): void {
    if (!mayWarn()) return;
    log.warn(
      { clock: iso(now), trustedAt: iso(trustedAt), confirmWith: confirmCommand },
      'The clock is more than a day ahead of the time at which it was last trusted. Nothing was deleted',
    );
  }

  function warnBehind(now: number, trustedAt: number): void {
    if (!mayWarn()) return;
    log.warn(
      { clock: iso(now), trustedAt: iso(trustedAt), confirmWith: confirmCommand },
      'The clock is behind the time at which expired data was last deleted. Confirm it if it is right',
    );
  }

  /** @returns whether a whole day has passed since the clock was first seen ahead */
  function hasSeenADayPass(current: Sighting): boolean {
    const first = sighting ?? current;
    const [wallMs, monotonicMs] = [current.now - first.now, current.monotonic - first.monotonic];
    const wasSetAgain = Math.abs(wallMs - monotonicMs) > maxDriftMs;
    if (wasSetAgain) warnedAt = null;
    // Where another process moves the trusted time, that one's clock is trusted, and this clock differs from it.
    sighting = wasSetAgain || first.trustedAt !== current.trustedAt ? current : first;
    return Math.min(current.now - sighting.now, current.monotonic - sighting.monotonic) >= dayMs;
  }

  async function accept(now: number, trustedAt: number): Promise<void> {
    if (sighting !== null) log.info({ clock: iso(now) }, 'The clock is trusted again: expired data is deleted');
    sighting = null;
    if (isAhead(trustedAt, now)) {
      warnBehind(now, trustedAt);
      return;
    }
    warnedAt = null;
    if (now - trustedAt >= advanceEveryMs) await trustedClockStore.advanceForOperator(database, now);
  }

  return {
    isTrusted: async () => {
      const now = clock();
      const known = await trustedClockStore.findForOperator(database);
      const trustedAt = known ?? (await newestTime(database, now));
      // Kept from the first run on: entries recorded by a wrong clock later must not count as the newest time.
      if (known === null) await trustedClockStore.advanceForOperator(database, trustedAt);
      if (isAhead(now, trustedAt) && !hasSeenADayPass({ now, monotonic: monotonic(), trustedAt })) {
        warnAhead(now, trustedAt);
        return false;
      }
      await accept(now, trustedAt);
      return true;
    },
  };
}

const iso = (at: number): string => new Date(at).toISOString();
