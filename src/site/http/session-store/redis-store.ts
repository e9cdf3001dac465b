import { RedisStore } from 'connect-redis';
import type { SessionData, Store } from 'express-session';
import type { Logger } from 'pino';

export interface RedisSessions {
  readonly store: Store;
  ping(): Promise<void>;
  close(): Promise<void>;
}

// If Redis hangs, requests must fail with 503 within a second, and the portal must reconnect without a restart.
const socketTimeoutMs = 800;
const pingIntervalMs = 400;
const maxRetryDelayMs = 1_000;
const keyPrefix = 'parvis:session:';

/**
 * Connects to Redis in the background. Requests fail until the connection is established.
 * @param ttlMs returns the lifetime of a stored session in milliseconds
 */
export async function openRedisSessions(
  url: string,
  ttlMs: (session: SessionData) => number,
  log: Logger,
): Promise<RedisSessions> {
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
  });
  client.on('error', (error: Error) => log.warn({ reason: error.message }, 'Redis connection error'));
  // Not awaited, because the client retries until Redis is available.
  client.connect().catch((error: unknown) => log.error(error, 'Redis connection failed'));
  const store = new RedisStore({
    client,
    prefix: keyPrefix,
    ttl: (session: SessionData) => Math.ceil(ttlMs(session) / 1_000),
    disableTouch: true,
  });
  return {
    store,
    ping: async () => {
      await client.ping();
    },
    close: async () => {
      if (client.isReady) await client.close();
      else client.destroy();
    },
  };
}
