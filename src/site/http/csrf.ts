import type { Request } from 'express';
import { csrfSync } from 'csrf-sync';

const tokenBytes = 32;

/**
 * Safe methods as defined in RFC 9110, section 9.2.1. All other methods require a token, even if no route supports
 * them.
 */
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** @returns whether a request has a safe method, which changes nothing */
export const isSafe = ({ method }: Request): boolean => safeMethods.includes(method);

function tokenIn(request: Request): string | undefined {
  const form = request.body as Record<string, unknown> | undefined;
  return typeof form?._csrf === 'string' ? form._csrf : undefined;
}

const protection = csrfSync({ getTokenFromRequest: tokenIn, size: tokenBytes });

/** @returns whether a request is safe or has this session's token */
export const isTokenValid = (request: Request): boolean => isSafe(request) || protection.isRequestValid(request);

/**
 * @returns the reason, for the log, why the form of a request was rejected. If many requests have no session, processes
 * may have different SESSION_SECRETS, or a proxy may remove cookies
 */
export function csrfReasonOf(request: Request): string {
  if (request.session.csrfToken === undefined) return 'csrf.noSession';
  return tokenIn(request) === undefined ? 'csrf.missing' : 'csrf.outdated';
}

/** Rotates the CSRF token, so that forms open in other tabs are rejected. */
export const renewCsrfToken = (request: Request): void => void protection.generateToken(request, true);

/** @returns the session's CSRF token, generated when the first form is rendered */
export const csrfToken = (request: Request): string => protection.generateToken(request);
