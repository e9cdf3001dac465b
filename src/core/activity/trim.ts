import { setImmediate as turn } from 'node:timers/promises';
import { logRetentionMs, type RegionRules } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import type { FrontEntry } from './trim.store.ts';
import type { ScopeTenant } from '../../domain/tenant.ts';
import type { Counts, RetentionStep, Tally } from '../../platform/retention-step.ts';
import * as activityStore from './activity.store.ts';
import * as trimStore from './trim.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

interface TrimParts {
  readonly database: Database;
  readonly rules: RegionRules;
  /** The scope in which the portal itself acts on a tenant. */
  readonly scopeOf: (tenant: ScopeTenant) => Scope;
}

const dayMs = 24 * 60 * 60_000;
/** How many entries go in one transaction, for which everybody who records something of this tenant waits. */
export const entriesPerTrim = 2_000;

// What a weekend leaves behind, also where entries are kept for a few days only.
const daysPerRun = 3;

/** @returns which share of all entries one run may drop without an operator */
export const maxShareOf = ({ activityLog }: RegionRules): number =>
  Math.min(1, Math.max(0.05, daysPerRun / activityLog.retentionDays));

/**
 * Drops from each log what has been kept for as long as the rules say, by whole days (UTC), so that a log says of itself
 * once a day that it was trimmed, and not all day long. Safe on several processes at once.
 */
export function trimLogs(deps: TrimParts): RetentionStep {
  const { rules, database } = deps;
  const bound = bind(deps, { countDue, purge });
  return {
    countDue: bound.countDue,
    purge: bound.purge,
    limit: { kind: 'trimmedEntries', share: maxShareOf(rules), count: () => trimStore.countForOperator(database) },
  };
}

function endOf(deps: TrimParts, now: number): number {
  const { rules } = deps;
  return Math.floor((now - logRetentionMs(rules)) / dayMs) * dayMs;
}

export async function purge(deps: TrimParts, now: number, stopping: AbortSignal, tally: Tally): Promise<void> {
  const { database, scopeOf } = deps;
  const before = endOf(deps, now);
  for (const tenant of await trimStore.findOverdueForOperator(database, before)) {
    const scope = scopeOf(tenant);
    for (let dropped = entriesPerTrim; dropped === entriesPerTrim && !stopping.aborted; await turn()) {
      dropped = await trimOnce(deps, scope, before, now);
      tally('trimmedEntries', dropped);
    }
  }
}

/** @returns how many entries were dropped: there may be more where it is as many as fit in one transaction */
async function trimOnce(deps: TrimParts, scope: Scope, before: number, now: number): Promise<number> {
  const { database } = deps;
  return database.transaction(async (tx) => {
    // While the tenant moves, its log travels too: a trim here would not arrive there.
    if (!(await trimStore.lockUnlessMoving(tx, scope))) return 0;
    const overdue = overdueOf(await trimStore.front(tx, scope, entriesPerTrim), before);
    const last = overdue.at(-1);
    if (last === undefined || overdue.every(({ kind }) => kind === 'activity.trimmed')) return 0;
    const { place, hash } = last;
    await activityStore.record(tx, scope, { kind: 'activity.trimmed', place, hash }, null, now);
    await trimStore.drop(tx, scope, { place, hash });
    return overdue.length;
  });
}

export async function countDue(deps: TrimParts, now: number): Promise<Counts> {
  const { database } = deps;
  return { trimmedEntries: await trimStore.countOverdueForOperator(database, endOf(deps, now)) };
}

// Only from the front: where the clocks of two processes differ, an older entry waits behind a younger one.
function overdueOf(front: readonly FrontEntry[], before: number): readonly FrontEntry[] {
  const younger = front.findIndex(({ at }) => at >= before);
  return younger === -1 ? front : front.slice(0, younger);
}
