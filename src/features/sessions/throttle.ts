import { createHash } from 'node:crypto';
import {
  RateLimiterPostgres,
  RateLimiterRes,
  RateLimiterSQLite,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import type { Database } from '../../data/database.ts';
import type { RegionRules, ThrottleRule } from '../../domain/regions.ts';

/** What one try at a password is counted under. */
export interface Attempt {
  /** Canonical user name, whether or not anybody has it. */
  readonly username: string;
  readonly address: string;
  /** The mark of a browser in which this user has signed in before, or null. */
  readonly knownDevice: string | null;
}

export interface Throttle {
  /** Counts a try before it is made, so that parallel tries cannot slip through. @returns 0, or the seconds to wait */
  take(attempt: Attempt): Promise<number>;
  /** Takes the count back after the right password. */
  forgive(attempt: Attempt): Promise<void>;
  /** Forgets the wrong tries in a row on an account whose password was replaced: none of them was at the new one. */
  startOver(username: string): Promise<void>;
  /** Counts a costly act of a signed-in user. @returns 0, or the seconds to wait */
  takeBudget(actorId: string): Promise<number>;
}

// NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures on one account, however slow they come.
const mostConsecutiveFailures = 100;
const resetsPerMinute = 90;
const dayMinutes = 24 * 60;

/** Throttles in the region's own database: they hold on every node, after a restart, and fail closed with it. */
export function createThrottle(database: Database, rules: RegionRules): Throttle {
  const limiter = (keyPrefix: string, rule: ThrottleRule): RateLimiterAbstract => {
    const options = {
      storeClient: database.knex,
      storeType: 'knex',
      tableName: 'throttles',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix,
      points: rule.attempts,
      duration: rule.windowMinutes * 60,
      blockDuration: rule.blockMinutes * 60,
    };
    return database.dialect === 'sqlite' ? new RateLimiterSQLite(options) : new RateLimiterPostgres(options);
  };
  const pair = limiter('pair', rules.throttle.perAccountAndAddress);
  const account = limiter('account', rules.throttle.perAccount);
  const address = limiter('address', rules.throttle.perAddress);
  // A duration of 0 never runs out: only the right password or an administrator's reset clears it.
  const row = limiter('row', { attempts: mostConsecutiveFailures, windowMinutes: 0, blockMinutes: 0 });
  const budget = limiter('budget', { attempts: resetsPerMinute, windowMinutes: 1, blockMinutes: 1 });

  // Whoever signed in from this browser before is not locked out by strangers who guess at the same name.
  const limitsOf = ({ username, address: from, knownDevice }: Attempt): [RateLimiterAbstract, string][] => {
    const near = digest(`${username}|${knownDevice ?? from}`);
    if (knownDevice !== null) return [[pair, near]];
    return [
      [pair, near],
      [address, digest(from)],
      [account, digest(username)],
      [row, digest(username)],
    ];
  };

  return {
    take: async (attempt) => {
      for (const [limit, key] of limitsOf(attempt)) {
        const seconds = await consume(limit, key);
        if (seconds > 0) return seconds;
      }
      return 0;
    },
    forgive: async (attempt) => {
      await pair.delete(digest(`${attempt.username}|${attempt.knownDevice ?? attempt.address}`));
      await row.delete(digest(attempt.username));
      if (attempt.knownDevice !== null) return;
      await address.reward(digest(attempt.address), 1);
      await account.reward(digest(attempt.username), 1);
    },
    startOver: async (username) => {
      await row.delete(digest(username));
    },
    takeBudget: (actorId) => consume(budget, actorId),
  };
}

// The table of throttles names nobody.
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

async function consume(limit: RateLimiterAbstract, key: string): Promise<number> {
  try {
    await limit.consume(key);
    return 0;
  } catch (rejection) {
    if (!(rejection instanceof RateLimiterRes)) throw rejection;
    return rejection.msBeforeNext > 0 ? Math.ceil(rejection.msBeforeNext / 1_000) : dayMinutes * 60;
  }
}
