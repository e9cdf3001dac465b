import type { Logger } from 'pino';
import type { Job } from '../../platform/background-jobs.ts';
import { confirmCommand, type TrustedClock } from './trusted-clock.ts';
import type { Counts, Tally, RetentionStep } from '../../platform/retention-step.ts';
import type { Database } from '../../platform/database/database.ts';
import { countExpired, purge } from './expired.store.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { trimLogs } from '../activity/index.ts';
import type { Erasure } from '../personal-data/index.ts';
import type { ScopeTenant } from '../../domain/tenant.ts';

/** A kind of which more is due than one run may delete. */
export interface Excess {
  readonly kind: string;
  readonly due: number;
  readonly limit: number;
}

export interface Purged {
  readonly deleted: Counts;
  /** Kinds of which nothing was deleted, because too much was due. */
  readonly held: readonly Excess[];
  /** What failed; the other steps were done all the same. */
  readonly errors: readonly Error[];
}

const purgeEveryMs = 10 * 60_000;
const warnEveryMs = 60 * 60_000;
/** So many rows of a kind one run may always delete, however few there are. */
export const minLimit = 1_000;

/** @returns why a step may not be done without an operator: more is due than the limit; null where it may */
export async function excessOf({ countDue, limit }: RetentionStep, now: number): Promise<Excess | null> {
  if (limit === undefined) return null;
  const { kind, share } = limit;
  const due = (await countDue(now))[kind] ?? 0;
  // The rows of all tenants are counted only where it matters.
  if (due <= minLimit) return null;
  const most = Math.max(minLimit, Math.floor((await limit.count()) * share));
  return due > most ? { kind, due, limit: most } : null;
}

/**
 * Deletes everything that is due, step by step.
 * @param isLimited whether a kind of which too much is due is left alone
 */
export async function purgeExpired(
  steps: readonly RetentionStep[],
  { now, stopping, isLimited }: { now: number; stopping: AbortSignal; isLimited: boolean },
): Promise<Purged> {
  const deleted: Record<string, number> = {};
  const held: Excess[] = [];
  const errors: Error[] = [];
  const tally: Tally = (kind, count) => {
    if (count > 0) deleted[kind] = (deleted[kind] ?? 0) + count;
  };
  for (const step of steps) {
    try {
      const excess = isLimited ? await excessOf(step, now) : null;
      if (excess === null) await step.purge(now, stopping, tally);
      else held.push(excess);
    } catch (error) {
      errors.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return { deleted, held, errors };
}

export interface RetentionDependencies {
  readonly steps: readonly RetentionStep[];
  readonly trustedClock: TrustedClock;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly log: Logger;
}

/** @returns the work that deletes expired data while the clock is trusted, and logs what it deleted or why it did not */
export function createRetention(deps: RetentionDependencies): Job {
  const warnings = new Map<string, number>();
  return { name: 'Purge', everyMs: purgeEveryMs, run: (stopping) => run(deps, warnings, stopping) };
}

/** @param warnings when each kind was last warned of, in ms of the monotonic clock */
function warn(deps: RetentionDependencies, warnings: Map<string, number>, excess: Excess): void {
  const { monotonic, log } = deps;
  const last = warnings.get(excess.kind);
  if (last !== undefined && monotonic() - last < warnEveryMs) return;
  warnings.set(excess.kind, monotonic());
  log.warn(
    { ...excess, confirmWith: confirmCommand },
    'More is due than one run may delete. Nothing of this kind was deleted',
  );
}

async function run(deps: RetentionDependencies, warnings: Map<string, number>, stopping: AbortSignal): Promise<void> {
  const { clock, trustedClock, steps, log } = deps;
  const now = clock();
  if (!(await trustedClock.isTrusted())) return;
  const { deleted, held, errors } = await purgeExpired(steps, { now, stopping, isLimited: true });
  if (Object.keys(deleted).length > 0) log.info(deleted, 'Purged expired data');
  for (const excess of held) warn(deps, warnings, excess);
  const [error, ...more] = errors;
  for (const each of more) log.warn({ err: each }, 'Purge: not done, to be tried again');
  if (error !== undefined) throw error;
}

/** @returns everything that the portal deletes by time: deleted users, the activity log, and what has expired */
export function retentionSteps(parts: {
  database: Database;
  rules: RegionRules;
  scopeOf: (tenant: ScopeTenant) => Scope;
  erasure: Pick<Erasure, 'purge'>;
}): readonly RetentionStep[] {
  const { database, rules, scopeOf, erasure } = parts;
  return [
    erasure.purge,
    trimLogs({ database, rules, scopeOf }),
    // Without a limit: none of it is valid any more, and none of it would be missed.
    {
      countDue: (now) => countExpired(database, rules, now),
      purge: (now, stopping, tally) => purge(database, rules, now, { stopping, tally }),
    },
  ];
}
