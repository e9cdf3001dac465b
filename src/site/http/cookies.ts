import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import type { Config } from '../../platform/config/config.ts';

const yearMs = 365 * 24 * 60 * 60 * 1_000;

export interface Cookies {
  /** @returns the name of a cookie of this region: two regions on one host name do not read each other's */
  name(purpose: string): string;
  read(request: Request, purpose: string): string | null;
  /** Keeps a value for a year. */
  persist(response: Response, purpose: string, value: string): void;
  readonly options: CookieOptions;
}

/** `__Host-` where the site is https: such a cookie comes from this very host, over https, and from nowhere else. */
export function createCookies(deps: Config): Cookies {
  const https = deps.baseUrl.protocol === 'https:';
  const options: CookieOptions = { httpOnly: true, secure: https, sameSite: 'lax', path: '/' };
  const name = (purpose: string): string => `${https ? '__Host-' : ''}parvis-${deps.rules.region}-${purpose}`;
  return {
    name,
    options,
    read: (request, purpose) => parsedCookiesOf(request)[name(purpose)] ?? null,
    persist: (response, purpose, value) => {
      response.cookie(name(purpose), value, { ...options, maxAge: yearMs });
    },
  };
}

// A page asks for several of them.
const parsed = new WeakMap<Request, ReturnType<typeof parseCookie>>();

function parsedCookiesOf(request: Request): ReturnType<typeof parseCookie> {
  let all = parsed.get(request);
  if (all === undefined) parsed.set(request, (all = parseCookie(request.headers.cookie ?? '')));
  return all;
}
