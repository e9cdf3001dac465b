import {
  RateLimiterPostgres,
  RateLimiterRes,
  RateLimiterSQLite,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import type { Database } from '../../data/database.ts';
import type { ThrottleRule } from '../../domain/regions.ts';

export interface Wait {
  /** Seconds. */
  readonly retryAfter: number;
  /** Whether this is the first refusal of its block: the one worth recording. */
  readonly first: boolean;
}

/** Makes a counter under a name of its own: so many within a window, then none for the length of the block. */
export type Limiters = (keyPrefix: string, rule: ThrottleRule) => RateLimiterAbstract;

/** Counters in the region's own database. */
export const createLimiters =
  (database: Database): Limiters =>
  (keyPrefix, rule) => {
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

/** Counts, and says how long to wait where that was too many. @throws when the database does not count */
export async function consume(limit: RateLimiterAbstract, key: string, points = 1): Promise<Wait | null> {
  try {
    await limit.consume(key, points);
    return null;
  } catch (rejection) {
    if (!(rejection instanceof RateLimiterRes)) throw rejection;
    return {
      retryAfter: Math.max(1, Math.ceil(rejection.msBeforeNext / 1_000)),
      first: rejection.consumedPoints === limit.points + 1,
    };
  }
}
