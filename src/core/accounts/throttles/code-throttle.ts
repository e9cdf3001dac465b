import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { RegionRules, ThrottleRule } from '../../../domain/regions.ts';
import { bind } from '../../../platform/bind.ts';
import { consume, limitersByAttempts, type CreateLimiter, type Wait } from './limiter.ts';
import { digest } from './throttle-keys.ts';

/** The account whose second factor is being attempted. */
interface AccountOwner {
  readonly username: string;
}

export interface CodeThrottle {
  /**
   * Counts an attempt with a code from the app or a recovery code, before the code is checked.
   * @param attempts the number of consecutive attempts that the rules allow
   * @returns the waiting time if the account is throttled; null otherwise
   */
  consume(owner: AccountOwner, attempts: number): Promise<Wait | null>;
  /** Undoes the count of an attempt that could not be checked. */
  refund(owner: AccountOwner, attempts: number): Promise<void>;
  /** Resets the counters after a correct code. */
  reset(owner: AccountOwner, attempts: number): Promise<void>;
  /** Deletes the counters of a user who was erased, or whose second factor was removed by an administrator. */
  deleteCounts(owner: AccountOwner): Promise<void>;
}

// At any time, three of a million codes are valid. The limit is therefore five attempts, even if a region allows more
// for passwords.
const maxPerWindow = 5;
const quarterMinutes = 15;
const dayMinutes = 24 * 60;
const yearMinutes = 365 * dayMinutes;
// Guessing at this rate for a year would succeed for one account in 45, so `maxConsecutive` limits it further.
const maxPerDay = 20;
// NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures on one account, regardless of the rate.
const maxConsecutive = 100;

interface CodeLimits {
  /** @param attempts the number of consecutive attempts that the rules allow */
  readonly perWindow: (attempts: number) => RateLimiterAbstract;
  readonly perDay: RateLimiterAbstract;
  readonly consecutive: RateLimiterAbstract;
}

/**
 * Throttles code attempts. They are counted per account and not per address, because an attacker who reaches this step
 * already has the password. A new password does not reset the count; otherwise, access to the recovery mailbox would
 * allow unlimited attempts.
 */
export function createCodeThrottle(limiter: CreateLimiter, rules: Pick<RegionRules, 'throttle'>): CodeThrottle {
  return bind(createCodeLimits(limiter, rules), { consume: consumeAttempt, refund, reset, deleteCounts });
}

function createCodeLimits(limiter: CreateLimiter, { throttle }: Pick<RegionRules, 'throttle'>): CodeLimits {
  const { windowMinutes, blockMinutes } = throttle.perAccountAndAddress;
  const window: Omit<ThrottleRule, 'attempts'> = {
    windowMinutes: Math.max(windowMinutes, quarterMinutes),
    blockMinutes: Math.max(blockMinutes, quarterMinutes),
  };
  const byAttempts = limitersByAttempts((attempts) => limiter('code', { ...window, attempts }));
  return {
    perWindow: (attempts) => byAttempts(Math.min(attempts, maxPerWindow)),
    perDay: limiter('codeDay', { attempts: maxPerDay, windowMinutes: dayMinutes, blockMinutes: dayMinutes }),
    consecutive: limiter('codeRow', {
      attempts: maxConsecutive,
      windowMinutes: yearMinutes,
      blockMinutes: yearMinutes,
    }),
  };
}

async function consumeAttempt(limits: CodeLimits, owner: AccountOwner, attempts: number): Promise<Wait | null> {
  for (const limiter of limitersOf(limits, attempts)) {
    const wait = await consume(limiter, keyOf(owner));
    if (wait !== null) return wait;
  }
  return null;
}

async function refund(limits: CodeLimits, owner: AccountOwner, attempts: number): Promise<void> {
  for (const limiter of limitersOf(limits, attempts)) await limiter.reward(keyOf(owner), 1);
}

async function reset(
  { perWindow, perDay, consecutive }: CodeLimits,
  owner: AccountOwner,
  attempts: number,
): Promise<void> {
  await perWindow(attempts).delete(keyOf(owner));
  await perDay.reward(keyOf(owner), 1);
  await consecutive.delete(keyOf(owner));
}

async function deleteCounts(limits: CodeLimits, owner: AccountOwner): Promise<void> {
  for (const limiter of limitersOf(limits, maxPerWindow)) await limiter.delete(keyOf(owner));
}

const limitersOf = ({ perWindow, perDay, consecutive }: CodeLimits, attempts: number): RateLimiterAbstract[] => [
  perWindow(attempts),
  perDay,
  consecutive,
];

const keyOf = ({ username }: AccountOwner): string => digest(username);
