import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
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
  /** The user's epoch, 0 where there is no user: tries at a password that was replaced do not count against the new one. */
  readonly epoch: number;
  /** The mark of a browser in which this user has signed in before, or null. */
  readonly knownDevice: string | null;
}

export interface Throttle {
  /** Counts a try before it is made, so that parallel tries cannot slip through. @returns 0, or the seconds to wait */
  take(attempt: Attempt): Promise<number>;
  /** Takes the count back after the right password. */
  forgive(attempt: Attempt): Promise<void>;
  /** Counts a costly act of a signed-in user. @returns 0, or the seconds to wait */
  takeBudget(actorId: string): Promise<number>;
}

// NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures on one account, however slow they come.
const mostConsecutiveFailures = 100;
const resetsPerMinute = 90;
const dayMinutes = 24 * 60;
// In practice for ever: only the right password, or an administrator's reset, clears it sooner.
const yearMinutes = 365 * dayMinutes;

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
  const row = limiter('row', {
    attempts: mostConsecutiveFailures,
    windowMinutes: yearMinutes,
    blockMinutes: yearMinutes,
  });
  const budget = limiter('budget', { attempts: resetsPerMinute, windowMinutes: 1, blockMinutes: 1 });

  // Whoever signed in from this browser before is not locked out by strangers who guess at the same name.
  const limitsOf = (attempt: Attempt): [RateLimiterAbstract, string][] => {
    const { near, far, from } = keysOf(attempt);
    if (attempt.knownDevice !== null) return [[pair, near]];
    return [
      [pair, near],
      [address, from],
      [account, far],
      [row, far],
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
      const { near, far, from } = keysOf(attempt);
      await pair.delete(near);
      await row.delete(far);
      if (attempt.knownDevice !== null) return;
      await address.reward(from, 1);
      await account.reward(far, 1);
    },
    takeBudget: (actorId) => consume(budget, actorId),
  };
}

function keysOf({ username, epoch, address, knownDevice }: Attempt): { near: string; far: string; from: string } {
  const network = networkOf(address);
  const account = `${username}|${epoch}`;
  return { near: digest(`${account}|${knownDevice ?? network}`), far: digest(account), from: digest(network) };
}

// Whoever has one address of IPv6 has 2^64 of them: they count as one (RFC 6177: a site gets a /64 at the least).
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv6' ? (parsed as ipaddr.IPv6).parts.slice(0, 4).join(':') : parsed.toString();
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
