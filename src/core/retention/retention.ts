import type { Logger } from 'pino';
import type { Job } from '../../platform/background-jobs.ts';
import { withConfirmedPeriods } from '../../domain/retention-periods.ts';
import * as confirmedPeriodsStore from './confirmed-periods.store.ts';
import { findShortening, type StepsFor } from './shortened-periods.ts';
import { confirmCommand, type TrustedClock } from './trusted-clock.ts';
import type { Counts, CountDeleted, RetentionStep } from '../../platform/retention-step.ts';
import type { Database } from '../../platform/database/database.ts';
import * as futureTimesStore from './future-times.store.ts';
import { countExpired, purge } from './expired.store.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { trimLogs } from '../activity/index.ts';
import type { Erasure } from '../personal-data/index.ts';
import type { ScopeTenant } from '../../domain/tenant.ts';

/** A kind of data with more rows due for deletion than one run may delete. */
export interface Excess {
  readonly kind: string;
  readonly due: number;
  readonly limit: number;
}

export interface Purged {
  readonly deleted: Counts;
  /** The kinds that were skipped because too many rows were due. */
  readonly held: readonly Excess[];
  /** The errors of failed steps. They do not stop the other steps. */
  readonly errors: readonly Error[];
}

const purgeEveryMs = 10 * 60_000;
const warnEveryMs = 60 * 60_000;
/** The number of rows of a kind that one run may always delete, regardless of their share. */
export const minLimit = 1_000;

/**
 * @param now the current time, epoch ms
 * @returns the number of due rows and the limit, if the limit is exceeded and an operator must confirm the deletion;
 * null otherwise
 */
export async function findExcess({ countDue, limit }: RetentionStep, now: number): Promise<Excess | null> {
  if (limit === undefined) return null;
  const { kind, share } = limit;
  const due = (await countDue(now))[kind] ?? 0;
  // Count the rows of all tenants only if necessary.
  if (due <= minLimit) return null;
  const max = Math.max(minLimit, Math.floor((await limit.count()) * share));
  return due > max ? { kind, due, limit: max } : null;
}

/**
 * Deletes all data that is due, step by step.
 * @param isLimited whether to skip kinds with too many rows due
 */
export async function purgeExpired(
  steps: readonly RetentionStep[],
  { now, stopping, isLimited }: { now: number; stopping: AbortSignal; isLimited: boolean },
): Promise<Purged> {
  const deleted: Record<string, number> = {};
  const held: Excess[] = [];
  const errors: Error[] = [];
  const countDeleted: CountDeleted = (kind, count) => {
    if (count > 0) deleted[kind] = (deleted[kind] ?? 0) + count;
  };
  for (const step of steps) {
    try {
      const excess = isLimited ? await findExcess(step, now) : null;
      if (excess === null) await step.purge(now, stopping, countDeleted);
      else held.push(excess);
    } catch (error) {
      errors.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return { deleted, held, errors };
}

export interface RetentionDependencies {
  readonly database: Database;
  readonly rules: RegionRules;
  readonly stepsFor: StepsFor;
  readonly trustedClock: TrustedClock;
  /** Returns the current time, epoch ms. */
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly log: Logger;
}

/**
 * @returns the background job that deletes expired data while the clock is trusted, and logs what it deleted or skipped
 */
export function createRetention(deps: RetentionDependencies): Job {
  const warnings = new Map<string, number>();
  return { name: 'Purge', everyMs: purgeEveryMs, run: (stopping) => run(deps, warnings, stopping) };
}

const shorteningWarning = 'shortening';

/**
 * @param warnings the time of the last warning per kind, in ms of the monotonic clock
 * @returns whether the last warning of this kind was long enough ago
 */
function mayWarn({ monotonic }: RetentionDependencies, warnings: Map<string, number>, kind: string): boolean {
  const last = warnings.get(kind);
  if (last !== undefined && monotonic() - last < warnEveryMs) return false;
  warnings.set(kind, monotonic());
  return true;
}

function warn(deps: RetentionDependencies, warnings: Map<string, number>, excess: Excess): void {
  if (!mayWarn(deps, warnings, excess.kind)) return;
  deps.log.warn(
    { ...excess, confirmWith: confirmCommand },
    'More rows are due for deletion than one run may delete. None of this kind were deleted',
  );
}

/**
 * Warns if the rules shorten a retention period. Until an operator confirms the shorter period, the longer one applies.
 */
async function warnOfShortening(
  deps: RetentionDependencies,
  warnings: Map<string, number>,
  now: number,
): Promise<void> {
  const { database, rules, stepsFor, log } = deps;
  const shortening = await findShortening(database, rules, stepsFor, now);
  if (shortening === null) warnings.delete(shorteningWarning);
  else if (mayWarn(deps, warnings, shorteningWarning))
    log.warn(
      { ...shortening, confirmWith: confirmCommand },
      'The rules shorten a retention period. Nothing is deleted by the shorter period until an operator confirms it',
    );
}

async function correctFutureTimes(database: Database, now: number): Promise<void> {
  for (const id of await futureTimesStore.findTenantsAheadForOperator(database, now))
    await futureTimesStore.correctForOperator(database, id, now);
  await futureTimesStore.correctUnknownUserEntries(database, now);
}

async function run(deps: RetentionDependencies, warnings: Map<string, number>, stopping: AbortSignal): Promise<void> {
  const { clock, trustedClock, log, database, rules, stepsFor } = deps;
  const now = clock();
  if (!(await trustedClock.isTrusted())) return;
  await confirmedPeriodsStore.raiseForOperator(database, rules);
  await warnOfShortening(deps, warnings, now);
  const steps = stepsFor(withConfirmedPeriods(rules, await confirmedPeriodsStore.findForOperator(database)));
  const { deleted, held, errors } = await purgeExpired(steps, { now, stopping, isLimited: true });
  if (Object.keys(deleted).length > 0) log.info(deleted, 'Purged expired data');
  for (const excess of held) warn(deps, warnings, excess);
  const [error, ...more] = errors;
  for (const each of more) log.warn({ err: each }, 'A purge step failed and will be retried');
  if (error !== undefined) throw error;
}

/**
 * @returns the steps that delete data by time: after the correction of times, deleted users, the activity log, and
 * expired data
 */
export function retentionSteps(parts: {
  database: Database;
  rules: RegionRules;
  scopeOf: (tenant: ScopeTenant) => Scope;
  erasure: Pick<Erasure, 'purge'>;
}): readonly RetentionStep[] {
  const { database, rules, scopeOf, erasure } = parts;
  return [
    { countDue: () => Promise.resolve({}), purge: (now) => correctFutureTimes(database, now) },
    erasure.purge,
    trimLogs({ database, rules, scopeOf }),
    // This step has no limit, because expired data is no longer valid.
    {
      countDue: (now) => countExpired(database, rules, now),
      purge: (now, stopping, countDeleted) => purge(database, rules, now, { stopping, countDeleted }),
    },
  ];
}
