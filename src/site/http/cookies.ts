import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import type { Config } from '../../platform/config/config.ts';

const yearMs = 365 * 24 * 60 * 60 * 1_000;

export interface Cookies {
  /**
   * @returns the name of the cookie, which includes the region so that regions on the same host do not share cookies
   */
  name(purpose: string): string;
  read(request: Request, purpose: string): string | null;
  /** Sets a cookie that lasts until the browser is closed. */
  set(response: Response, purpose: string, value: string): void;
  clear(response: Response, purpose: string): void;
  /** Sets a cookie that lasts one year. */
  persist(response: Response, purpose: string, value: string): void;
  readonly options: CookieOptions;
}

/**
 * Creates the cookie functions. On https, cookie names have the prefix `__Host-`, which binds the cookies to this host
 * and to https.
 */
export function createCookies(deps: Config): Cookies {
  const https = deps.baseUrl.protocol === 'https:';
  const options: CookieOptions = { httpOnly: true, secure: https, sameSite: 'lax', path: '/' };
  const name = (purpose: string): string => `${https ? '__Host-' : ''}parvis-${deps.rules.region}-${purpose}`;
  return {
    name,
    options,
    read: (request, purpose) => parsedCookiesOf(request)[name(purpose)] ?? null,
    set: (response, purpose, value) => void response.cookie(name(purpose), value, options),
    clear: (response, purpose) => void response.clearCookie(name(purpose), options),
    persist: (response, purpose, value) => {
      response.cookie(name(purpose), value, { ...options, maxAge: yearMs });
    },
  };
}

// Parsed cookies are cached because a page reads several of them.
const parsed = new WeakMap<Request, ReturnType<typeof parseCookie>>();

function parsedCookiesOf(request: Request): ReturnType<typeof parseCookie> {
  let all = parsed.get(request);
  if (all === undefined) parsed.set(request, (all = parseCookie(request.headers.cookie ?? '')));
  return all;
}
