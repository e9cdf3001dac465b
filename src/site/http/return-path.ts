import type { Request, Response } from 'express';
import type { Cookies } from './cookies.ts';

const cookie = 'return';
const maxLength = 500;
const localPath = /^\/(?![/\\])/;

const isReturnPath = (path: string): boolean => path.length <= maxLength && localPath.test(path);

/**
 * Stores the page to open after sign-in in a cookie, because a visitor has no session. The stored path omits the query,
 * which may contain a name.
 */
export function rememberReturnPath(cookies: Cookies, response: Response, path: string): void {
  if (isReturnPath(path)) cookies.set(response, cookie, path);
}

/** @returns the page to open after sign-in, whose cookie is then removed; null if there is none */
export function takeReturnPath(cookies: Cookies, request: Request, response: Response): string | null {
  const path = cookies.read(request, cookie);
  if (path === null) return null;
  cookies.clear(response, cookie);
  return isReturnPath(path) ? path : null;
}
