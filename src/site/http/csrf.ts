import type { Request } from 'express';
import { csrfSync } from 'csrf-sync';
import { Failure } from '../../domain/errors.ts';
import type { Middleware } from './request.ts';

const tokenBytes = 32;

/**
 * Safe methods as defined in RFC 9110, section 9.2.1. All other methods require a token, even if no route supports
 * them.
 */
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

const protection = csrfSync({
  getTokenFromRequest: (request: Request) => {
    const form = request.body as Record<string, unknown> | undefined;
    return typeof form?._csrf === 'string' ? form._csrf : undefined;
  },
  size: tokenBytes,
});

/** Rejects unsafe requests that lack this session's token or were sent by another site. */
export function csrf(): Middleware {
  return (request, _response, next) => {
    const isSafe = safeMethods.includes(request.method);
    const isForeign = ['cross-site', 'same-site'].includes(request.get('sec-fetch-site') ?? '');
    if (isSafe || (!isForeign && protection.isRequestValid(request))) next();
    else next(new Failure('staleForm'));
  };
}

/** Rotates the CSRF token, so that forms open in other tabs are rejected. */
export const renewCsrfToken = (request: Request): void => void protection.generateToken(request, true);

/** @returns the session's CSRF token, generated when the first form is rendered */
export const csrfToken = (request: Request): string => protection.generateToken(request);
