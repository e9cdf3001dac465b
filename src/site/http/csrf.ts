import type { Request } from 'express';
import { csrfSync } from 'csrf-sync';
import { Failure } from '../../domain/errors.ts';
import type { Middleware } from './request.ts';

const tokenBytes = 32;

/** Methods that change nothing, by RFC 9110, section 9.2.1. Every other one needs a token, whether or not a route has it. */
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

const protection = csrfSync({
  getTokenFromRequest: (request: Request) => {
    const form = request.body as Record<string, unknown> | undefined;
    return typeof form?._csrf === 'string' ? form._csrf : undefined;
  },
  size: tokenBytes,
});

/** Rejects requests that change something without this session's token, and those that another site sends. */
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

/** @returns the token that every form of this session carries; made at the first form */
export const csrfToken = (request: Request): string => protection.generateToken(request);
