import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { ThrottleRule } from '../../../domain/regions.ts';
import { bind } from '../../../platform/bind.ts';
import type { Database } from '../../../platform/database/database.ts';
import { consume, type CreateLimiter, type Wait } from './limiter.ts';

const minuteMs = 60_000;
const firstWaitMs = minuteMs;
// At most one refused attempt per hour is recorded.
const recordedRefusals: ThrottleRule = { attempts: 1, windowMinutes: 60, blockMinutes: 60 };

/**
 * A limit that, once reached, still accepts attempts, but only after increasing delays. Unlike a block, the delay is
 * capped, so that strangers' failed attempts don't lock the user out for a day.
 */
export interface IncreasingWaits {
  /**
   * Counts an attempt if the wait after the previous one has elapsed.
   * @returns the waiting time; null if the attempt is accepted
   */
  take(key: string): Promise<Wait | null>;
  /** Undoes the count of an accepted attempt. */
  refund(key: string): Promise<void>;
  delete(key: string): Promise<void>;
}

interface WaitsDependencies {
  readonly database: Database;
  readonly prefix: string;
  readonly rule: ThrottleRule;
  readonly refusals: RateLimiterAbstract;
  readonly clock: () => number;
}

/**
 * @param prefix the unique name of the counter
 * @param rule the number of attempts without a wait, the time without attempts after which counting starts over, and
 * the longest wait (`blockMinutes`)
 */
export function createIncreasingWaits(
  { database, limiter, clock }: { database: Database; limiter: CreateLimiter; clock: () => number },
  prefix: string,
  rule: ThrottleRule,
): IncreasingWaits {
  const deps = { database, prefix, rule, refusals: limiter(refusalPrefix(prefix), recordedRefusals), clock };
  return bind(deps, { take, refund, delete: deleteCount });
}

/** @returns the name of the counter that decides which refused attempts are recorded */
export const refusalPrefix = (prefix: string): string => `${prefix}Refused`;

/**
 * @param failures the number of attempts so far
 * @returns the minimum time between the previous attempt and the next one, in ms
 */
export function waitAfter({ attempts, blockMinutes }: ThrottleRule, failures: number): number {
  if (failures < attempts) return 0;
  return Math.min(blockMinutes * minuteMs, firstWaitMs * 2 ** (failures - attempts));
}

interface Row {
  readonly points: number;
  /** The time of the latest attempt plus the window, epoch ms. */
  readonly expire: number;
}

async function take(deps: WaitsDependencies, key: string): Promise<Wait | null> {
  const { database, prefix, rule, refusals } = deps;
  const stored = `${prefix}:${key}`;
  while (!(await countIfDue(deps, stored))) {
    const row = await database.knex('throttles').where({ key: stored }).first<Row | undefined>('points', 'expire');
    // Another request has just deleted the count.
    if (row === undefined) continue;
    const isFirstRefusal = (await consume(refusals, key)) === null;
    const remaining = await remainingMs(deps, stored, row);
    return {
      retryAfter: Math.max(1, Math.ceil(Math.min(remaining, waitAfter(rule, row.points)) / 1_000)),
      isFirstRefusal,
    };
  }
  return null;
}

// Checks and counts in one statement, so that only one of several concurrent attempts is accepted after each wait.
async function countIfDue({ database: { knex }, rule, clock }: WaitsDependencies, key: string): Promise<boolean> {
  const now = clock();
  const expire = now + rule.windowMinutes * minuteMs;
  const counted = await knex('throttles')
    .insert({ key, points: 1, expire })
    .onConflict('key')
    .merge({ points: knex.raw('case when throttles.expire <= ? then 1 else throttles.points + 1 end', [now]), expire })
    .whereRaw(`(throttles.expire <= ? or throttles.points < ? or throttles.expire + ${waitInSql(rule)} <= ?)`, [
      now,
      rule.attempts,
      expire,
    ])
    .returning('points');
  return counted.length > 0;
}

/** @returns `waitAfter`, applied to the column `points`, as an SQL expression */
function waitInSql(rule: ThrottleRule): string {
  const longest = rule.blockMinutes * minuteMs;
  const steps: string[] = [];
  for (let points = rule.attempts; waitAfter(rule, points) < longest; points++) {
    steps.push(`when ${points} then ${waitAfter(rule, points)}`);
  }
  return steps.length === 0 ? String(longest) : `case throttles.points ${steps.join(' ')} else ${longest} end`;
}

// If the latest attempt was counted while a clock was ahead, the wait starts now.
async function remainingMs({ database, rule, clock }: WaitsDependencies, key: string, row: Row): Promise<number> {
  const [now, windowMs] = [clock(), rule.windowMinutes * minuteMs];
  const wait = waitAfter(rule, row.points);
  if (row.expire <= now + windowMs) return row.expire - windowMs + wait - now;
  await database
    .knex('throttles')
    .where({ key, expire: row.expire })
    .update({ expire: now + windowMs });
  return wait;
}

async function refund({ database, prefix }: WaitsDependencies, key: string): Promise<void> {
  await database
    .knex('throttles')
    .where({ key: `${prefix}:${key}` })
    .andWhere('points', '>', 0)
    .decrement('points', 1);
}

async function deleteCount({ database, prefix, refusals }: WaitsDependencies, key: string): Promise<void> {
  await database
    .knex('throttles')
    .where({ key: `${prefix}:${key}` })
    .delete();
  await refusals.delete(key);
}
