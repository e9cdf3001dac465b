import { withoutPort } from '../../../platform/network-address.ts';
import ipaddr from 'ipaddr.js';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import RateLimiterPostgres from 'rate-limiter-flexible/lib/RateLimiterPostgres.js';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import RateLimiterSQLite from 'rate-limiter-flexible/lib/RateLimiterSQLite.js';
import type { Database } from '../../../platform/database/database.ts';
import { rawAccessTo } from '../../../platform/database/raw-access.ts';
import type { ThrottleRule } from '../../../domain/regions.ts';

export interface Wait {
  /** The waiting time in seconds. */
  readonly retryAfter: number;
  /** Whether this is the first refusal in a block. Only the first is recorded. */
  readonly isFirstRefusal: boolean;
}

/**
 * Creates a rate limiter.
 * @param keyPrefix the unique name of the counter
 */
export type CreateLimiter = (keyPrefix: string, rule: ThrottleRule) => RateLimiterAbstract;

/**
 * Creates a rate limiter in the region's database.
 * @param keyPrefix the unique name of the counter
 */
export function createLimiter(database: Database, keyPrefix: string, rule: ThrottleRule): RateLimiterAbstract {
  const options = {
    storeClient: rawAccessTo(database),
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
 * Creates one limiter per number of attempts, on first use. All of them share the same keys, because tenants differ
 * only in their limits.
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

/** Reduces an IPv6 address to its /64 network, because a site controls at least a /64 (RFC 6177). */
export function networkOf(address: string): string {
  // All values that are not IP addresses share one key.
  const bare = withoutPort(address);
  if (!ipaddr.isValid(bare)) return 'unknown';
  const parsed = ipaddr.process(bare);
  return parsed.kind() === 'ipv6' ? (parsed as ipaddr.IPv6).parts.slice(0, 4).join(':') : parsed.toString();
}

/**
 * Consumes points.
 * @returns the waiting time if the limit is exceeded; null otherwise
 */
export async function consume(limiter: RateLimiterAbstract, key: string, points = 1): Promise<Wait | null> {
  const rejection = await limiter.consume(key, points).then(
    async (accepted) => {
      await shorten(limiter, key, accepted, limiter.duration);
      return null;
    },
    (error: unknown) => {
      if (error instanceof RateLimiterRes) return error;
      throw error;
    },
  );
  if (rejection === null) return null;
  const seconds = await shorten(limiter, key, rejection, limiter.blockDuration);
  return {
    retryAfter: Math.max(1, Math.ceil(seconds)),
    isFirstRefusal: rejection.consumedPoints === limiter.points + 1,
  };
}

/**
 * Shortens a window or block that was stored while a clock was ahead, so that it ends after its full duration from now.
 * @returns the remaining seconds
 */
async function shorten(
  limiter: RateLimiterAbstract,
  key: string,
  { msBeforeNext, consumedPoints }: RateLimiterRes,
  durationSeconds: number,
): Promise<number> {
  if (msBeforeNext <= durationSeconds * 1_000) return msBeforeNext / 1_000;
  await limiter.set(key, consumedPoints, durationSeconds);
  return durationSeconds;
}
