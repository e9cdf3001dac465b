import { hash } from 'node:crypto';
import { Store, type SessionData } from 'express-session';

/**
 * Puts a store behind digests of the session ids: who reads the store, or a dump of it, can take no session over.
 * A request that changes nothing writes nothing: `touch` is left out, since the user's own row tells when they were last seen.
 */
export class DigestKeys extends Store {
  readonly #inner: Store;

  constructor(inner: Store) {
    super();
    this.#inner = inner;
  }

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    this.#inner.get(digest(id), done);
  }

  override set(id: string, session: SessionData, done?: (error?: unknown) => void): void {
    this.#inner.set(digest(id), session, done);
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    this.#inner.destroy(digest(id), done);
  }
}

const digest = (id: string): string => hash('sha256', id, 'base64url');
