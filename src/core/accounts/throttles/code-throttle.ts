import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { RegionRules, ThrottleRule } from '../../../domain/regions.ts';
import { bind } from '../../../platform/bind.ts';
import { consume, limitersByAttempts, type CreateLimiter, type Wait } from './limiter.ts';
import { digest } from './throttle-keys.ts';

/** Whose second factor is tried. */
interface AccountOwner {
  readonly username: string;
}

export interface CodeThrottle {
  /**
   * Counts a try at an app's code or a recovery code before it is looked at.
   * @param attempts how many the rules allow in a row
   * @returns null, or how long to wait
   */
  consume(owner: AccountOwner, attempts: number): Promise<Wait | null>;
  /** Takes one count back, for a try that could not be looked at. */
  refund(owner: AccountOwner, attempts: number): Promise<void>;
  /** Takes the counts back after the right code. */
  reset(owner: AccountOwner, attempts: number): Promise<void>;
  /** Forgets them, for somebody who is erased, or whose second factor an administrator removed. */
  deleteCounts(owner: AccountOwner): Promise<void>;
}

// Three codes in a million are valid at a time. Nobody needs more attempts than this, whatever a region allows for passwords.
const maxPerWindow = 5;
const quarterMinutes = 15;
const dayMinutes = 24 * 60;
const yearMinutes = 365 * dayMinutes;
// At this rate, a year of guessing finds the code of one account in 45, were it not for the last limit.
const maxPerDay = 20;
// NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures on one account, regardless of the rate.
const maxConsecutive = 100;

interface CodeLimits {
  /** @param attempts how many attempts in a row the rules allow */
  readonly perWindow: (attempts: number) => RateLimiterAbstract;
  readonly perDay: RateLimiterAbstract;
  readonly consecutive: RateLimiterAbstract;
}

/**
 * Throttles attempts at codes. They are counted per account only: to get this far, an attacker must know the password,
 * whatever the address. A new password does not reset the count; otherwise, access to the recovery mailbox would allow
 * unlimited attempts.
 */
export function createCodeThrottle(limiter: CreateLimiter, rules: Pick<RegionRules, 'throttle'>): CodeThrottle {
  return bind(createCodeLimits(limiter, rules), { consume: consumeAttempt, refund, reset, deleteCounts });
}

function createCodeLimits(limiter: CreateLimiter, { throttle }: Pick<RegionRules, 'throttle'>): CodeLimits {
  const { windowMinutes, blockMinutes } = throttle.perAccountAndAddress;
  const short: Omit<ThrottleRule, 'attempts'> = {
    windowMinutes: Math.max(windowMinutes, quarterMinutes),
    blockMinutes: Math.max(blockMinutes, quarterMinutes),
  };
  const byAttempts = limitersByAttempts((attempts) => limiter('code', { ...short, attempts }));
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
