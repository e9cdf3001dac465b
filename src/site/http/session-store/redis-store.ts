import { RedisStore } from 'connect-redis';
import type { SessionData, Store } from 'express-session';
import type { RedisClientType } from 'redis';
import { findStoreFault } from '../../../platform/database/unavailable.ts';
import { createRedisConnection, type RedisConnection, type ReportError } from './redis-connection.ts';
import { isForeignRedis, RedisOwner, type RedisOwnership } from './redis-owner.ts';

export interface RedisSessions {
  readonly store: Store;
  /** Writes a key that expires. @throws if Redis can't save sessions, is a replica, or belongs to another region */
  proveWritable(): Promise<void>;
  /**
   * Waits for the first reply.
   * @throws if Redis rejects the user or the password, or belongs to another region; other faults may be temporary
   */
  assertUsable(): Promise<void>;
  close(): Promise<void>;
}

const keyPrefix = 'parvis:session:';
const readinessKey = 'parvis:ready';
const readinessKeyMs = 10_000;
const maxFirstAnswerMs = 1_000;
const rejectedCredentials = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM']);

/**
 * Connects to Redis in the background. Requests fail until the connection is established, and also fail if Redis
 * belongs to another region.
 * @param own the installation that Redis must belong to
 * @param ttlMs returns the lifetime of a stored session in milliseconds
 * @param report called with each connection error
 */
export async function openRedisSessions(
  url: string,
  own: RedisOwnership,
  ttlMs: (session: SessionData) => number,
  report: ReportError,
): Promise<RedisSessions> {
  const first = Promise.withResolvers<unknown>();
  const connection = await createRedisConnection(url, (error) => {
    first.resolve(error);
    report(error);
  });
  const { client } = connection;
  const owner = new RedisOwner(client, own);
  client.once('ready', () => first.resolve(null));
  connection.connect();
  return {
    store: new InspectedStore(connection, owner, ttlMs),
    proveWritable: async () => {
      try {
        await owner.verifyAgain();
        await client.set(readinessKey, '1', { expiration: { type: 'PX', value: readinessKeyMs } });
        await assertPrimary(client);
      } catch (error) {
        throw connection.inspect(error);
      }
    },
    assertUsable: async () => {
      setTimeout(first.resolve, maxFirstAnswerMs, null).unref();
      const error = await first.promise;
      if (rejectedCredentials.has(findStoreFault(error)?.code ?? '')) throw error;
      if (client.isReady) await owner.verify().catch(throwIfForeign);
    },
    close: () => connection.close(),
  };
}

function throwIfForeign(error: unknown): void {
  if (isForeignRedis(error)) throw error;
}

type Done<T = void> = (error: unknown, result?: T) => void;

class InspectedStore extends RedisStore {
  readonly #connection: RedisConnection;
  readonly #owner: RedisOwner;

  constructor(connection: RedisConnection, owner: RedisOwner, ttlMs: (session: SessionData) => number) {
    super({
      client: connection.client,
      prefix: keyPrefix,
      ttl: (session: SessionData) => Math.ceil(ttlMs(session) / 1_000),
      disableTouch: true,
    });
    this.#connection = connection;
    this.#owner = owner;
  }

  override get(key: string, done?: Done<SessionData | null>): Promise<unknown> {
    return this.#whenOwn(done, () =>
      super.get(key, (error: unknown, session?: SessionData | null) =>
        done?.(this.#connection.inspect(error), session),
      ),
    );
  }

  override set(key: string, session: SessionData, done?: Done): Promise<unknown> {
    return this.#whenOwn(done, () =>
      super.set(key, session, (error: unknown) => done?.(this.#connection.inspect(error))),
    );
  }

  override destroy(key: string, done?: Done): Promise<unknown> {
    return this.#whenOwn(done, () => super.destroy(key, (error: unknown) => done?.(this.#connection.inspect(error))));
  }

  async #whenOwn(done: Done<never> | undefined, run: () => Promise<unknown>): Promise<unknown> {
    try {
      if (!this.#owner.isVerified) await this.#owner.verify();
    } catch (error) {
      return done?.(this.#connection.inspect(error));
    }
    return run();
  }
}

// A replica that accepts writes loses them when it synchronizes with its primary.
async function assertPrimary(client: RedisClientType): Promise<void> {
  const role = await client.role().then(
    (answer) => String(answer?.role),
    (error: unknown) => {
      if (isForbidden(error)) return 'unknown';
      throw error;
    },
  );
  if (role === 'slave') throw new Error('Redis is a replica; connect to the primary');
}

// Some hosted servers do not offer the ROLE command.
const isForbidden = (error: unknown): boolean =>
  error instanceof Error && /^(NOPERM|ERR unknown command)/.test(error.message);
