import expressSession, { Store, type SessionData } from 'express-session';
import type { Config } from '../../platform/config/config.ts';
import { absoluteLimitMs, type RegionRules } from '../../domain/regions.ts';
import { isInForce } from '../../domain/plausible-time.ts';
import type { Cookies } from './cookies.ts';
import type { Middleware } from './request.ts';
import { hash } from 'node:crypto';

const visitorLimitMs = 30 * 60 * 1_000;

/** @returns the lifetime of session data, in ms: 30 minutes for visitors, the session's absolute limit for users */
export const sessionTtlMs =
  (rules: RegionRules) =>
  (session: SessionData): number =>
    'passport' in session ? absoluteLimitMs(rules) : visitorLimitMs;

/**
 * @param secrets the first signs new cookies and all verify, so that secrets can be rotated without signing users out
 */
export function session(
  config: Config,
  cookies: Cookies,
  store: Store,
  secrets: readonly string[],
  clock: () => number,
): Middleware[] {
  const https = config.baseUrl.protocol === 'https:';
  // Parvis serves plain http. If the site is https, a reverse proxy terminates TLS for every request.
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
      store: new HashedKeyStore(store, sessionTtlMs(config.rules), clock),
      resave: false,
      saveUninitialized: false,
      cookie: { ...cookie, secure: https },
    }),
  ];
}

/** Session data and the time at which it was stored, epoch ms. */
type StoredSession = SessionData & { readonly storedAt?: number };

/**
 * Stores sessions under digests of their ids, so that access to the store or a dump of it does not allow session
 * hijacking. Checks their lifetime by this clock, because a store that expires them by another clock, or was filled while
 * the clock was ahead, would keep them for too long. `touch` is not implemented, so that unchanged sessions cause no writes: the session's row in the
 * database records activity.
 */
export class HashedKeyStore extends Store {
  readonly #inner: Store;
  readonly #ttlMs: (session: SessionData) => number;
  readonly #clock: () => number;

  constructor(inner: Store, ttlMs: (session: SessionData) => number, clock: () => number) {
    super();
    this.#inner = inner;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    this.#inner.get(digest(id), (error: unknown, found?: StoredSession | null) => {
      if (found) done(error, this.#readUnexpired(found));
      else done(error, found);
    });
  }

  override set(id: string, session: SessionData, done?: (error?: unknown) => void): void {
    this.#inner.set(digest(id), Object.assign({}, session, { storedAt: this.#clock() }), done);
  }

  #readUnexpired({ storedAt = -Infinity, ...session }: StoredSession): SessionData | null {
    const until = storedAt + this.#ttlMs(session);
    return isInForce({ from: storedAt, until }, this.#clock()) ? session : null;
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    this.#inner.destroy(digest(id), done);
  }
}

const digest = (id: string): string => hash('sha256', id, 'base64url');
