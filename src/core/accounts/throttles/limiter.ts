import ipaddr from 'ipaddr.js';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import RateLimiterPostgres from 'rate-limiter-flexible/lib/RateLimiterPostgres.js';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import RateLimiterSQLite from 'rate-limiter-flexible/lib/RateLimiterSQLite.js';
import type { Database } from '../../../platform/database/database.ts';
import type { ThrottleRule } from '../../../domain/regions.ts';

export interface Wait {
  /** Seconds. */
  readonly retryAfter: number;
  /** Whether this is the first refusal of its block: the one worth recording. */
  readonly isFirstRefusal: boolean;
}

/** Creates a limiter. @param keyPrefix what is counted, unlike every other */
export type CreateLimiter = (keyPrefix: string, rule: ThrottleRule) => RateLimiterAbstract;

/** @returns a count in the region's own database. @param keyPrefix what is counted, unlike every other */
export function createLimiter(database: Database, keyPrefix: string, rule: ThrottleRule): RateLimiterAbstract {
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
}

/**
 * Creates one limiter per number of attempts, the first time that it is needed.
 * All of them count under the same keys: tenants differ only in where the count ends.
 */
export function limitersByAttempts(
  create: (attempts: number) => RateLimiterAbstract,
): (attempts: number) => RateLimiterAbstract {
  const limiters = new Map<number, RateLimiterAbstract>();
  return (attempts) => {
    let limiter = limiters.get(attempts);
    if (limiter === undefined) limiters.set(attempts, (limiter = create(attempts)));
    return limiter;
  };
}

/** Whoever has one address of IPv6 has 2^64 of them: they count as one (RFC 6177: a site gets a /64 at the least). */
export function networkOf(address: string): string {
  // Some proxies send the port along; whatever else is no address counts as one and the same.
  const bare = address.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
  if (!ipaddr.isValid(bare)) return 'unknown';
  const parsed = ipaddr.process(bare);
  return parsed.kind() === 'ipv6' ? (parsed as ipaddr.IPv6).parts.slice(0, 4).join(':') : parsed.toString();
}

/** Counts something. @returns null, or how long to wait */
export async function consume(limit: RateLimiterAbstract, key: string, points = 1): Promise<Wait | null> {
  try {
    await limit.consume(key, points);
    return null;
  } catch (rejection) {
    if (!(rejection instanceof RateLimiterRes)) throw rejection;
    return {
      retryAfter: Math.max(1, Math.ceil(rejection.msBeforeNext / 1_000)),
      isFirstRefusal: rejection.consumedPoints === limit.points + 1,
    };
  }
}
