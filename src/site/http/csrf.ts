import type { Request } from 'express';
import { csrfSync } from 'csrf-sync';
import { Failure } from '../../domain/errors.ts';
import type { Middleware } from './request.ts';

const tokenBytes = 32;

/** Safe methods (RFC 9110, section 9.2.1). All others require a token, whether or not a route uses them. */
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

function tokenIn(request: Request): string | undefined {
  const form = request.body as Record<string, unknown> | undefined;
  return typeof form?._csrf === 'string' ? form._csrf : undefined;
}

const protection = csrfSync({ getTokenFromRequest: tokenIn, size: tokenBytes });

/** Rejects unsafe requests that lack this session's token or were sent by another site. */
export function csrf(): Middleware {
  return (request, _response, next) => {
    const isSafe = safeMethods.includes(request.method);
    const isForeign = ['cross-site', 'same-site'].includes(request.get('sec-fetch-site') ?? '');
    if (isSafe || (!isForeign && protection.isRequestValid(request))) next();
    else next(new Failure('staleForm', { reason: isForeign ? 'csrf.otherSite' : reasonOf(request) }));
  };
}

// If many requests have no session, processes may have different SESSION_SECRETS, or a proxy may remove cookies.
function reasonOf(request: Request): string {
  if (request.session.csrfToken === undefined) return 'csrf.noSession';
  return tokenIn(request) === undefined ? 'csrf.missing' : 'csrf.outdated';
}

/** Rotates the CSRF token, so that forms open in other tabs are rejected. */
export const renewCsrfToken = (request: Request): void => void protection.generateToken(request, true);

/** @returns the session's CSRF token, generated when the first form is rendered */
export const csrfToken = (request: Request): string => protection.generateToken(request);
