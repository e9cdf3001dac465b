import { setImmediate as turn } from 'node:timers/promises';
import { isPlausible, latestPlausible } from '../../domain/plausible-time.ts';
import { logRetentionMs, type RegionRules } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import type { OldestEntry } from './trim.store.ts';
import type { ScopeTenant } from '../../domain/tenant.ts';
import type { Counts, RetentionStep, CountDeleted } from '../../platform/retention-step.ts';
import * as activityStore from './activity.store.ts';
import * as trimStore from './trim.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

interface TrimDependencies {
  readonly database: Database;
  readonly rules: RegionRules;
  /** @returns the scope of a background job for a tenant */
  readonly scopeOf: (tenant: ScopeTenant) => Scope;
}

const dayMs = 24 * 60 * 60_000;
/** The number of entries that one transaction deletes. Other writers to the tenant's log wait for the transaction. */
export const entriesPerTrim = 2_000;

// Lets a run delete a weekend's backlog, even if entries are retained for only a few days.
const daysPerRun = 3;

/** @returns the share of all entries that one run may delete without an operator's confirmation, from 0.05 to 1 */
export const maxShareOf = ({ activityLog }: RegionRules): number =>
  Math.min(1, Math.max(0.05, daysPerRun / activityLog.retentionDays));

/**
 * Deletes the entries in each log whose retention period has ended. The period ends at midnight UTC, so that trimming
 * is recorded once a day rather than on every run. Safe to run concurrently in several processes.
 */
export function trimLogs(deps: TrimDependencies): RetentionStep {
  const { rules, database } = deps;
  const bound = bind(deps, { countDue, purge });
  return {
    countDue: bound.countDue,
    purge: bound.purge,
    limit: { kind: 'trimmedEntries', share: maxShareOf(rules), count: () => trimStore.countForOperator(database) },
  };
}

function cutoffFor(deps: TrimDependencies, now: number): number {
  const { rules } = deps;
  return Math.floor((now - logRetentionMs(rules)) / dayMs) * dayMs;
}

export async function purge(
  deps: TrimDependencies,
  now: number,
  stopping: AbortSignal,
  countDeleted: CountDeleted,
): Promise<void> {
  const { database, scopeOf } = deps;
  const before = cutoffFor(deps, now);
  for (const tenant of await trimStore.findOverdueForOperator(database, { before, latest: latestPlausible(now) })) {
    const scope = scopeOf(tenant);
    for (let deleted = entriesPerTrim; deleted === entriesPerTrim && !stopping.aborted; await turn()) {
      deleted = await trimOnce(deps, scope, before, now);
      countDeleted('trimmedEntries', deleted);
    }
  }
}

/**
 * @param before the time before which entries are due for deletion, epoch ms
 * @param now the current time, epoch ms
 * @returns the number of deleted entries. If it equals `entriesPerTrim`, there may be more entries to delete
 */
async function trimOnce(deps: TrimDependencies, scope: Scope, before: number, now: number): Promise<number> {
  const { database } = deps;
  return database.transaction(async (tx) => {
    // While a tenant is moving, its log must not change.
    if (!(await trimStore.lockIfNotMoving(tx, scope))) return 0;
    const overdue = overdueAmong(await trimStore.listOldest(tx, scope, entriesPerTrim), before, now);
    const last = overdue.at(-1);
    if (last === undefined || overdue.every(({ kind }) => kind === 'activity.trimmed')) return 0;
    const { place, hash } = last;
    await activityStore.record(tx, scope, { kind: 'activity.trimmed', place, hash }, null, now);
    await trimStore.deleteThrough(tx, scope, { place, hash });
    return overdue.length;
  });
}

export async function countDue(deps: TrimDependencies, now: number): Promise<Counts> {
  const { database } = deps;
  const period = { before: cutoffFor(deps, now), latest: latestPlausible(now) };
  return { trimmedEntries: await trimStore.countOverdueForOperator(database, period) };
}

// The entries to delete must be at the start of the chain. If the clocks of two processes differ, an old entry can
// follow a newer one. It is deleted together with the newer one. An entry that was recorded while the clock was ahead
// is deleted with the first entry after it that is due.
function overdueAmong(oldest: readonly OldestEntry[], before: number, now: number): readonly OldestEntry[] {
  const newer = oldest.findIndex(({ at }) => at >= before && isPlausible(at, now));
  const candidates = newer === -1 ? oldest : oldest.slice(0, newer);
  return candidates.slice(0, candidates.findLastIndex(({ at }) => at < before) + 1);
}
