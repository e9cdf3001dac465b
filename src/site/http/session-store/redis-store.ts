import { RedisStore } from 'connect-redis';
import type { SessionData, Store } from 'express-session';
import type { Logger } from 'pino';
import type { RedisClientType } from 'redis';
import { attributeTo, findStoreFault } from '../../../platform/database/unavailable.ts';

export interface RedisSessions {
  readonly store: Store;
  /** Writes a key that expires. @throws if Redis can't save sessions, or is a replica */
  proveWritable(): Promise<void>;
  close(): Promise<void>;
}

// If Redis hangs, requests must fail with 503 within a second, and the portal must reconnect without a restart.
const socketTimeoutMs = 800;
const pingIntervalMs = 400;
const maxRetryDelayMs = 1_000;
// A replica still answers reads, which a new connection interrupts.
const minReplaceIntervalMs = 5_000;
const keyPrefix = 'parvis:session:';
const readinessKey = 'parvis:ready';
const readinessKeyMs = 10_000;

/**
 * Connects to Redis in the background. Requests fail until the connection is established.
 * @param ttlMs returns the lifetime of a stored session in milliseconds
 */
export async function openRedisSessions(
  url: string,
  ttlMs: (session: SessionData) => number,
  log: Logger,
): Promise<RedisSessions> {
  const client = await openClient(url, log);
  const inspect = createInspector(client, log);
  const store = new InspectedStore(client, ttlMs, inspect);
  return {
    store,
    proveWritable: async () => {
      try {
        await client.set(readinessKey, '1', { expiration: { type: 'PX', value: readinessKeyMs } });
        await assertPrimary(client);
      } catch (error) {
        throw inspect(error);
      }
    },
    close: async () => {
      if (client.isReady) await client.close();
      else client.destroy();
    },
  };
}

async function openClient(url: string, log: Logger): Promise<RedisClientType> {
  const { createClient } = await import('redis');
  const client = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: pingIntervalMs,
    socket: {
      connectTimeout: socketTimeoutMs,
      socketTimeout: socketTimeoutMs,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 10), maxRetryDelayMs),
    },
  }) as unknown as RedisClientType;
  client.on('error', (error: Error) => log.warn({ reason: error.message }, 'Redis connection error'));
  connect(client, log);
  return client;
}

// Not awaited, because the client retries until Redis is available.
function connect(client: RedisClientType, log: Logger): void {
  client.connect().catch((error: unknown) => log.error(error, 'Redis connection failed'));
}

type Inspect = (error: unknown) => unknown;

/**
 * @returns a function that records in an error that it is from Redis. After a failover the address may lead to a new
 * primary, so an error of a replica also replaces the connection.
 */
function createInspector(client: RedisClientType, log: Logger): Inspect {
  let isReplacing = false;
  return (error) => {
    if (!isReplacing && client.isReady && findStoreFault(error)?.code === 'READONLY') {
      isReplacing = true;
      setTimeout(() => (isReplacing = false), minReplaceIntervalMs).unref();
      log.warn('Redis is a replica: connecting again, in case that its address leads to a new primary');
      client.destroy();
      connect(client, log);
    }
    return attributeTo('Redis', error);
  };
}

type Done<T = void> = (error: unknown, result?: T) => void;

class InspectedStore extends RedisStore {
  readonly #inspect: Inspect;

  constructor(client: RedisClientType, ttlMs: (session: SessionData) => number, inspect: Inspect) {
    super({
      client,
      prefix: keyPrefix,
      ttl: (session: SessionData) => Math.ceil(ttlMs(session) / 1_000),
      disableTouch: true,
    });
    this.#inspect = inspect;
  }

  override get(key: string, done?: Done<SessionData | null>): Promise<unknown> {
    return super.get(key, (error: unknown, session?: SessionData | null) => done?.(this.#inspect(error), session));
  }

  override set(key: string, session: SessionData, done?: Done): Promise<unknown> {
    return super.set(key, session, (error: unknown) => done?.(this.#inspect(error)));
  }

  override destroy(key: string, done?: Done): Promise<unknown> {
    return super.destroy(key, (error: unknown) => done?.(this.#inspect(error)));
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

// Some hosted servers do not offer the command ROLE.
const isForbidden = (error: unknown): boolean =>
  error instanceof Error && /^(NOPERM|ERR unknown command)/.test(error.message);
