import type { RedisClientType } from 'redis';
import {
  assertSameIdentity,
  identityText,
  parseIdentity,
  StoreMismatch,
  type OwnIdentity,
} from '../../../platform/region-identity.ts';

const markerKey = 'parvis:region';
// Errors from a server that accepts reads but not writes: a replica, or a server whose memory or disk is full.
const refusedWrite = /^(READONLY|OOM|MISCONF|NOREPLICAS)\b/;

/** The identity that the marker in Redis must match, and whether to write a missing marker. */
export interface RedisOwnership extends OwnIdentity {
  /** Whether to mark a Redis instance that belongs to no region yet. */
  readonly marks: boolean;
}

/**
 * Checks that Redis belongs to this installation, once for each connection: a new connection may reach another server,
 * or one that has been emptied.
 */
export class RedisOwner {
  readonly #client: RedisClientType;
  readonly #own: RedisOwnership;
  #pending: Promise<void> | null = null;
  #isVerified = false;

  constructor(client: RedisClientType, own: RedisOwnership) {
    this.#client = client;
    this.#own = own;
    client.on('ready', () => (this.#isVerified = false));
  }

  get isVerified(): boolean {
    return this.#isVerified;
  }

  /** Compares the marker, and sets it if there is none. @throws StoreMismatch, or the error from Redis */
  verify(): Promise<void> {
    this.#pending ??= this.#verify().finally(() => (this.#pending = null));
    return this.#pending;
  }

  /** Like `verify`, but also detects that Redis has since been emptied or assigned to another region. */
  verifyAgain(): Promise<void> {
    this.#isVerified = false;
    return this.verify();
  }

  async #verify(): Promise<void> {
    const found = (await this.#client.get(markerKey)) ?? (await this.#mark());
    if (found === null) return;
    // Any other string was not written by Parvis, so it can't be this installation's identity.
    const identity = parseIdentity(found) ?? { region: 'unknown', fingerprint: '' };
    assertSameIdentity(identity, this.#own, {
      name: 'this Redis',
      setting: 'REDIS_URL',
      remedy: `If no other installation uses it, delete its key ${markerKey}`,
    });
    this.#isVerified = true;
  }

  /** @returns the marker that is now stored; null if there is still none */
  async #mark(): Promise<string | null> {
    const { region, fingerprint, marks } = this.#own;
    if (!marks || fingerprint === null) return null;
    try {
      await this.#client.set(markerKey, identityText({ region, fingerprint }), { condition: 'NX' });
    } catch (error) {
      if (error instanceof Error && refusedWrite.test(error.message)) return null;
      throw error;
    }
    return this.#client.get(markerKey);
  }
}

/** @returns whether an error says that Redis belongs to another region or installation */
export const isForeignRedis = (error: unknown): boolean =>
  error instanceof StoreMismatch && error.markedStore.setting === 'REDIS_URL';
