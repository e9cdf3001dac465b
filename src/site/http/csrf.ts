import type { Request } from 'express';
import { csrfSync } from 'csrf-sync';

const tokenBytes = 32;

/**
 * Safe methods as defined in RFC 9110, section 9.2.1. All other methods require a token, even if no route supports
 * them.
 */
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

const isSafe = ({ method }: Request): boolean => safeMethods.includes(method);

const protection = csrfSync({
  getTokenFromRequest: (request: Request) => {
    const form = request.body as Record<string, unknown> | undefined;
    return typeof form?._csrf === 'string' ? form._csrf : undefined;
  },
  size: tokenBytes,
});

/** @returns whether an unsafe request was sent by another site */
export const isForeign = (request: Request): boolean =>
  !isSafe(request) && ['cross-site', 'same-site'].includes(request.get('sec-fetch-site') ?? '');

/** @returns whether a request is safe or has this session's token */
export const isTokenValid = (request: Request): boolean => isSafe(request) || protection.isRequestValid(request);

/** Rotates the CSRF token, so that forms open in other tabs are rejected. */
export const renewCsrfToken = (request: Request): void => void protection.generateToken(request, true);

/** @returns the session's CSRF token, generated when the first form is rendered */
export const csrfToken = (request: Request): string => protection.generateToken(request);
