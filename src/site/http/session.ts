import expressSession, { Store, type SessionData } from 'express-session';
import type { Config } from '../../platform/config/config.ts';
import { absoluteLimitMs, type RegionRules } from '../../domain/regions.ts';
import { isInForce } from '../../domain/plausible-time.ts';
import type { Cookies } from './cookies.ts';
import type { Middleware } from './request.ts';
import { saveSessionBeforePages } from './saved-session.ts';
import { visitors } from './visitor.ts';
import { hash } from 'node:crypto';

const visitorLimitMs = 30 * 60 * 1_000;

/**
 * @returns how long session data is stored, in milliseconds: 30 minutes for visitors who have submitted a form, the
 * absolute session limit for users
 */
export const sessionTtlMs =
  (rules: RegionRules) =>
  (session: SessionData): number =>
    'passport' in session ? absoluteLimitMs(rules) : visitorLimitMs;

/**
 * Creates the middleware that loads and saves the session.
 * @param secrets signing secrets, of which the first signs new cookies and all are accepted, so that rotating them does
 * not sign users out
 */
export function session(
  config: Config,
  cookies: Cookies,
  store: Store,
  secrets: readonly string[],
  clock: () => number,
): Middleware[] {
  const https = config.baseUrl.protocol === 'https:';
  // Parvis itself serves plain http. If the site uses https, a reverse proxy terminates TLS for every request.
  const markSecure: Middleware = (request, _response, next) => {
    if (https) Object.defineProperty(request, 'secure', { value: true });
    next();
  };
  const { maxAge: _never, ...cookie } = cookies.options;
  return [
    markSecure,
    visitors(cookies, secrets),
    dropErrorsAfterErrorPage(
      expressSession({
        name: cookies.name('session'),
        secret: [...secrets],
        store: new HashedKeyStore(store, sessionTtlMs(config.rules), clock),
        resave: false,
        saveUninitialized: false,
        cookie: { ...cookie, secure: https },
      }),
    ),
    saveSessionBeforePages(),
  ];
}

// express-session saves while it sends the response, and reports an error at that time by calling `next` again. After
// the error page, no handler remains, so Express would close the connection, on which the client may already have sent
// its next request.
function dropErrorsAfterErrorPage(middleware: Middleware): Middleware {
  return (request, response, next) => {
    void middleware(request, response, (error?: unknown) => {
      if (response.locals.isErrorPage !== true) next(error);
    });
  };
}

/** Session data and the time at which it was stored, in epoch milliseconds. */
type StoredSession = SessionData & { readonly storedAt?: number };

/**
 * Stores sessions under digests of their IDs, so that a dump of the store cannot be used to hijack sessions. Checks the
 * lifetime against this process's clock, because the store may use another clock, and may have been written while the
 * clock was ahead. `touch` is not implemented, so that unchanged sessions cause no writes: the session's row in the
 * database records activity instead.
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
