import type { Request } from 'express';
import { csrfSync } from 'csrf-sync';

const tokenBytes = 32;

/**
 * Safe methods as defined in RFC 9110, section 9.2.1. All other methods require a token, even if no route supports
 * them.
 */
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** @returns whether a request has a safe method, that is, one that changes nothing */
export const isSafe = ({ method }: Request): boolean => safeMethods.includes(method);

function tokenIn(request: Request): string | undefined {
  const form = request.body as Record<string, unknown> | undefined;
  return typeof form?._csrf === 'string' ? form._csrf : undefined;
}

const protection = csrfSync({ getTokenFromRequest: tokenIn, size: tokenBytes });

// Passport also sets `user` if this request signs a user in, and sets it to null if the sign-in fails. A user's session
// keeps its token until the session is destroyed.
const hasSessionToken = ({ user, session }: Request): boolean => Boolean(user) || session.csrfToken !== undefined;

/**
 * @returns whether a request is safe or contains the valid token of its session or, without a session, of its visitor
 */
export function isTokenValid(request: Request): boolean {
  if (isSafe(request)) return true;
  if (hasSessionToken(request)) return protection.isRequestValid(request);
  const token = tokenIn(request);
  return token !== undefined && request.visitor?.accepts(token) === true;
}

/**
 * @returns the reason to log for rejecting a request's form. If many requests have no session, processes may use
 * different SESSION_SECRETS, or a proxy may remove cookies
 */
export function csrfReasonOf(request: Request): string {
  if (existingCsrfToken(request) === '') return 'csrf.noSession';
  return tokenIn(request) === undefined ? 'csrf.missing' : 'csrf.outdated';
}

/** Rotates the CSRF token, so that forms open in other tabs are rejected. */
export const renewCsrfToken = (request: Request): void => void protection.generateToken(request, true);

/**
 * @returns the CSRF token of the forms on the page. A user's token is generated and stored in the session when the
 * first form is rendered; for a visitor, nothing is stored
 */
export function csrfToken(request: Request): string {
  if (!hasSessionToken(request)) return request.visitor?.issueToken() ?? '';
  request.visitor?.forget();
  return protection.generateToken(request);
}

/** @returns the CSRF token that the browser already has; empty if there is none */
export const existingCsrfToken = (request: Request): string =>
  (hasSessionToken(request) ? request.session.csrfToken : request.visitor?.token()) ?? '';
