import { setImmediate as turn } from 'node:timers/promises';
import type { Work } from '../../background.ts';
import { retentionMs, type RegionRules } from '../../domain/regions.ts';
import type { Scope, ScopeTenant } from '../../domain/scope.ts';
import type { Stores } from '../../stores.ts';
import type { FrontEntry } from './activity.trim.store.ts';

interface TrimParts {
  readonly stores: Stores;
  readonly rules: RegionRules;
  /** The scope in which the portal itself acts on a tenant. */
  readonly operatorScope: (tenant: ScopeTenant) => Scope;
  readonly clock: () => number;
}

const trimEveryMs = 10 * 60_000;
const dayMs = 24 * 60 * 60_000;
/** How many entries go in one transaction, for which everybody who records something of this tenant waits. */
export const entriesPerTrim = 2_000;

/**
 * Drops from each log what has been kept for as long as the rules say, by whole days (UTC), so that a log says of itself
 * once a day that it was trimmed, and not all day long. Safe on several processes at once.
 */
export function trimLogs({ stores, rules, operatorScope, clock }: TrimParts): Work {
  async function run(stopping: AbortSignal): Promise<void> {
    const now = clock();
    const before = Math.floor((now - retentionMs(rules)) / dayMs) * dayMs;
    for (const tenant of await stores.activityTrims.findOverdueForOperator(before)) {
      const scope = operatorScope(tenant);
      while (!stopping.aborted && (await trimOnce(scope, before, now))) await turn();
    }
  }

  /** @returns whether there may be more */
  async function trimOnce(scope: Scope, before: number, now: number): Promise<boolean> {
    return stores.transaction(async (within) => {
      await within.tenants.lock(scope);
      // Its log is on its way: what happened here afterwards would not arrive.
      if ((await within.tenants.findForOperator(scope.tenant.id))?.state === 'moving') return false;
      const overdue = overdueOf(await within.activityTrims.front(scope, entriesPerTrim), before);
      const last = overdue.at(-1);
      if (last === undefined || overdue.every(({ kind }) => kind === 'activity.trimmed')) return false;
      const { place, hash } = last;
      await within.activity.record(scope, { kind: 'activity.trimmed', place, hash }, null, now);
      await within.activityTrims.drop(scope, { place, hash });
      return overdue.length === entriesPerTrim;
    });
  }

  return { name: 'Retention', everyMs: trimEveryMs, run };
}

// Only from the front: where the clocks of two processes differ, an older entry waits behind a younger one.
function overdueOf(front: readonly FrontEntry[], before: number): readonly FrontEntry[] {
  const younger = front.findIndex(({ at }) => at >= before);
  return younger === -1 ? front : front.slice(0, younger);
}
