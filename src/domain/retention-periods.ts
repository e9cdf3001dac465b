import type { RegionRules } from './regions.ts';

/** The rules of a region that set a retention period. Shortening a period causes stored data to be deleted. */
export const retentionRules = ['restoreWindowDays', 'activityLog.retentionDays'] as const;
export type RetentionRule = (typeof retentionRules)[number];

/** The number of days for each rule. */
export type RetentionPeriods = Readonly<Record<RetentionRule, number>>;

type PeriodRules = Pick<RegionRules, 'restoreWindowDays' | 'activityLog'>;

export const periodsOf = ({ restoreWindowDays, activityLog }: PeriodRules): RetentionPeriods => ({
  restoreWindowDays,
  'activityLog.retentionDays': activityLog.retentionDays,
});

/** A retention period that is now shorter than the one that an operator has confirmed, in days. */
export interface ShortenedPeriod {
  readonly rule: RetentionRule;
  readonly from: number;
  readonly to: number;
}

/**
 * @param confirmed the periods that an operator has confirmed; a rule without a confirmed period is not reported
 * @returns the periods that the rules shorten
 */
export function shortenedPeriods(rules: PeriodRules, confirmed: Partial<RetentionPeriods>): ShortenedPeriod[] {
  const periods = periodsOf(rules);
  return retentionRules
    .map((rule) => ({ rule, from: confirmed[rule] ?? 0, to: periods[rule] }))
    .filter(({ from, to }) => to < from);
}

/** @returns the rules with each retention period at least as long as the confirmed one */
export function withConfirmedPeriods(rules: RegionRules, confirmed: Partial<RetentionPeriods>): RegionRules {
  const longer = periodsOf(rules);
  const days = (rule: RetentionRule): number => Math.max(longer[rule], confirmed[rule] ?? 0);
  const activityLog = { ...rules.activityLog, retentionDays: days('activityLog.retentionDays') };
  return { ...rules, restoreWindowDays: days('restoreWindowDays'), activityLog };
}
