import { periodsOf, retentionRules, type RetentionPeriods } from '../../domain/retention-periods.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { Database } from '../../platform/database/database.ts';

interface PeriodRow {
  rule: string;
  days: number;
}

/** @returns the confirmed retention periods. The first start stores those of its rules; see `bindRegion` */
export async function findForOperator(database: Database): Promise<Partial<RetentionPeriods>> {
  const rows = await database.knex('retention_periods').select<PeriodRow[]>('rule', 'days');
  return Object.fromEntries(rows.map(({ rule, days }) => [rule, days]));
}

/** Stores the periods of the rules that are longer than the confirmed ones. They need no confirmation. */
export async function raiseForOperator(database: Database, rules: RegionRules): Promise<void> {
  const periods = periodsOf(rules);
  for (const rule of retentionRules) {
    const days = periods[rule];
    await database.knex<PeriodRow>('retention_periods').where({ rule }).where('days', '<', days).update({ days });
  }
}

/** Stores the periods of the rules after an operator has confirmed them, even if they are shorter. */
export async function confirmForOperator(database: Database, rules: RegionRules): Promise<void> {
  const rows = Object.entries(periodsOf(rules)).map(([rule, days]) => ({ rule, days }));
  await database.knex<PeriodRow>('retention_periods').insert(rows).onConflict('rule').merge();
}
