import { shortenedPeriods, withConfirmedPeriods, type ShortenedPeriod } from '../../domain/retention-periods.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Counts, RetentionStep } from '../../platform/retention-step.ts';
import * as confirmedPeriodsStore from './confirmed-periods.store.ts';

/** @returns the retention steps under the given rules */
export type StepsFor = (rules: RegionRules) => readonly RetentionStep[];

/**
 * The retention periods that the rules shorten, and the number of rows of each kind that will be deleted once an
 * operator confirms the shorter periods.
 */
export interface Shortening {
  readonly periods: readonly ShortenedPeriod[];
  readonly due: Counts;
}

/**
 * @param now the current time, epoch ms
 * @returns the shortened periods and the number of rows of each kind that they would delete; null if the rules shorten
 * no confirmed period
 */
export async function findShortening(
  database: Database,
  rules: RegionRules,
  stepsFor: StepsFor,
  now: number,
): Promise<Shortening | null> {
  const confirmed = await confirmedPeriodsStore.findForOperator(database);
  const periods = shortenedPeriods(rules, confirmed);
  if (periods.length === 0) return null;
  const applied = await countDue(stepsFor(withConfirmedPeriods(rules, confirmed)), now);
  const due = Object.entries(await countDue(stepsFor(rules), now)).map(
    ([kind, count]) => [kind, count - (applied[kind] ?? 0)] as const,
  );
  return { periods, due: Object.fromEntries(due.filter(([, count]) => count > 0)) };
}

async function countDue(steps: readonly RetentionStep[], now: number): Promise<Counts> {
  const counts = await Promise.all(steps.map((step) => step.countDue(now)));
  return Object.fromEntries(counts.flatMap((each) => Object.entries(each)));
}
