import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { RegionRules, ThrottleRule } from '../../../domain/regions.ts';
import { consume, type Wait } from './limiter.ts';
import { digest } from './throttle-keys.ts';

/** Whose second factor is tried. */
interface Owner {
  readonly username: string;
}

type Limiters = (keyPrefix: string, rule: ThrottleRule) => RateLimiterAbstract;

export interface CodeThrottle {
  /**
   * Counts a try at an app's code or a recovery code before it is looked at.
   * @param attempts how many the rules allow in a row
   * @returns null, or how long to wait
   */
  take(owner: Owner, attempts: number): Promise<Wait | null>;
  /** Takes one count back, for a try that could not be looked at. */
  giveBack(owner: Owner, attempts: number): Promise<void>;
  /** Takes the counts back after the right code. */
  forgive(owner: Owner, attempts: number): Promise<void>;
  /** Forgets them, for somebody who is erased, or whose second factor an administrator removed. */
  forget(owner: Owner): Promise<void>;
}

// Three codes of a million open at a time. Nobody needs more tries than this, whatever a region's passwords allow.
const mostInARow = 5;
const quarterMinutes = 15;
const dayMinutes = 24 * 60;
// With them a year of guessing finds the code of one account in 45, were it not for the last rule.
const mostADay = 20;
// NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures on one account, however slow they come.
const mostConsecutive = 100;

/**
 * Throttles of codes. They count by account alone: whoever comes so far knows the password, from whatever address. A new
 * password begins no new count, or whoever has the mailbox that recovers it would never run out of tries.
 */
export function createCodeThrottle(limiter: Limiters, { throttle }: Pick<RegionRules, 'throttle'>): CodeThrottle {
  const { windowMinutes, blockMinutes } = throttle.perAccountAndAddress;
  const short: Omit<ThrottleRule, 'attempts'> = {
    windowMinutes: Math.max(windowMinutes, quarterMinutes),
    blockMinutes: Math.max(blockMinutes, quarterMinutes),
  };
  const rows = new Map<number, RateLimiterAbstract>();
  // All count under the same keys: only where the count ends differs between tenants.
  const inARow = (attempts: number): RateLimiterAbstract => {
    const most = Math.min(attempts, mostInARow);
    let limit = rows.get(most);
    if (limit === undefined) rows.set(most, (limit = limiter('code', { ...short, attempts: most })));
    return limit;
  };
  const aDay = limiter('codeDay', { attempts: mostADay, windowMinutes: dayMinutes, blockMinutes: dayMinutes });
  const yearMinutes = 365 * dayMinutes;
  const aYear = limiter('codeRow', {
    attempts: mostConsecutive,
    windowMinutes: yearMinutes,
    blockMinutes: yearMinutes,
  });

  return {
    take: async (owner, attempts) => {
      for (const limit of [inARow(attempts), aDay, aYear]) {
        const wait = await consume(limit, keyOf(owner));
        if (wait !== null) return wait;
      }
      return null;
    },
    giveBack: async (owner, attempts) => {
      for (const limit of [inARow(attempts), aDay, aYear]) await limit.reward(keyOf(owner), 1);
    },
    forgive: async (owner, attempts) => {
      await inARow(attempts).delete(keyOf(owner));
      await aDay.reward(keyOf(owner), 1);
      await aYear.delete(keyOf(owner));
    },
    forget: async (owner) => {
      for (const limit of [inARow(mostInARow), aDay, aYear]) await limit.delete(keyOf(owner));
    },
  };
}

const keyOf = ({ username }: Owner): string => digest(username);
