import expressSession, { Store, type SessionData } from 'express-session';
import type { Config } from '../../platform/config/config.ts';
import { absoluteLimitMs, type RegionRules } from '../../domain/regions.ts';
import type { Cookies } from './cookies.ts';
import type { Middleware } from './request.ts';
import { hash } from 'node:crypto';

const visitorLimitMs = 30 * 60 * 1_000;

/** @returns how long a session's data is kept, in ms: a visitor's half an hour, a user's until the session's absolute end */
export const sessionTtlMs =
  (rules: RegionRules) =>
  (session: SessionData): number =>
    'passport' in session ? absoluteLimitMs(rules) : visitorLimitMs;

/** @param secrets the first signs new cookies, each verifies: so that a secret can be changed without a sign-out */
export function session(config: Config, cookies: Cookies, store: Store, secrets: readonly string[]): Middleware[] {
  const https = config.baseUrl.protocol === 'https:';
  // Parvis itself speaks http; where the site is https, a proxy in front ended the encryption of every request.
  const markSecure: Middleware = (request, _response, next) => {
    if (https) Object.defineProperty(request, 'secure', { value: true });
    next();
  };
  const { maxAge: _never, ...cookie } = cookies.options;
  return [
    markSecure,
    expressSession({
      name: cookies.name('session'),
      secret: [...secrets],
      store: new HashedKeyStore(store),
      resave: false,
      saveUninitialized: false,
      cookie: { ...cookie, secure: https },
    }),
  ];
}

/**
 * Puts a store behind digests of the session ids: who reads the store, or a dump of it, can take no session over.
 * A request that changes nothing writes nothing: `touch` is left out, since the user's own row tells when they were last seen.
 */
export class HashedKeyStore extends Store {
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
