import { setTimeout as delay } from 'node:timers/promises';
import type { RedisClientType } from 'redis';
import { attributeTo, findStoreFault } from '../../../platform/database/unavailable.ts';
import { WaitingTime } from './waiting-time.ts';

/** Called with each connection error. */
export type ReportError = (error: unknown) => void;

const connectTimeoutMs = 5_000;
const maxRetryDelayMs = 1_000;
// The minimum interval between replacements of a connection to a replica, because the replica still serves reads, which
// each replacement interrupts.
const minReplaceIntervalMs = 5_000;

const wrongServerCodes: ReadonlySet<string> = new Set(['READONLY', 'WRONG_REGION']);

// If Redis hangs, requests must fail with 503 within a second, and the portal must reconnect without a restart. These
// times are counted only while the event loop runs, because a busy process reads replies late.
const pingEveryMs = 200;
const maxSilenceMs = 700;
const maxHandshakeMs = 3_000;
// Wait before reconnecting, so that a connection attempt interrupted by `destroy()` can end first.
const settleMs = 50;

/**
 * A connection that reconnects automatically, without a limit on attempts. It sets no socket timeouts for an
 * established connection: they expire while this process is busy, even if Redis has replied.
 */
export class RedisConnection {
  readonly client: RedisClientType;
  readonly #report: ReportError;
  readonly #time: WaitingTime;
  #state: 'connecting' | 'handshake' | 'idle' | 'waiting' = 'connecting';
  #replacedAt = Number.NEGATIVE_INFINITY;
  #isReplacing = false;
  #isClosed = false;

  constructor(client: RedisClientType, report: ReportError) {
    this.client = client;
    this.#report = report;
    this.#time = new WaitingTime((waitedMs) => this.#look(waitedMs));
    client.on('error', (error: unknown) => this.#report(attributeTo('Redis', error)));
    client.on('connect', () => this.#enter('handshake'));
    client.on('ready', () => this.#enter('idle'));
    client.on('reconnecting', () => this.#enter('connecting'));
  }

  /** Connects in the background. */
  connect(): void {
    // The promise settles only when Redis is available or the attempt is replaced. Errors arrive as events.
    this.client.connect().catch(() => {});
  }

  /**
   * Marks an error as coming from Redis. An error from a replica or from another region's Redis also replaces the
   * connection, because the same URL may now lead to a new primary or to the right Redis.
   */
  inspect(error: unknown): unknown {
    const isDue = performance.now() - this.#replacedAt > minReplaceIntervalMs;
    const isWrongServer = wrongServerCodes.has(findStoreFault(error)?.code ?? '');
    if (isDue && this.client.isReady && isWrongServer) void this.#replace();
    return attributeTo('Redis', error);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#time.stop();
    if (this.client.isReady) await this.client.close();
    else if (this.client.isOpen) this.client.destroy();
  }

  #enter(state: 'connecting' | 'handshake' | 'idle' | 'waiting'): void {
    this.#state = state;
    this.#time.restart();
  }

  #look(waitedMs: number): void {
    if (this.#state === 'idle' && waitedMs >= pingEveryMs) this.#ping();
    else if (this.#state === 'waiting' && waitedMs >= maxSilenceMs) this.#giveUp();
    else if (this.#state === 'handshake' && waitedMs >= maxHandshakeMs) this.#giveUp();
  }

  #ping(): void {
    this.#enter('waiting');
    const answered = (): void => {
      if (this.#state === 'waiting') this.#enter('idle');
    };
    this.client.ping().then(answered, answered);
  }

  #giveUp(): void {
    const error = Object.assign(new Error('Redis does not answer'), { code: 'ETIMEDOUT' });
    this.#report(attributeTo('Redis', error));
    void this.#replace();
  }

  async #replace(): Promise<void> {
    if (this.#isReplacing || this.#isClosed) return;
    this.#isReplacing = true;
    this.#replacedAt = performance.now();
    this.#enter('connecting');
    this.client.destroy();
    await delay(settleMs);
    this.#isReplacing = false;
    if (!this.#isClosed) this.connect();
  }
}

export async function createRedisConnection(url: string, report: ReportError): Promise<RedisConnection> {
  const { createClient } = await import('redis');
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectTimeoutMs,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 10), maxRetryDelayMs),
    },
  }) as unknown as RedisClientType;
  return new RedisConnection(client, report);
}
