import type { Request } from 'express';
import { csrfSync } from 'csrf-sync';
import { Failure } from '../../domain/errors.ts';
import type { Middleware } from './request.ts';

const tokenBytes = 32;

const protection = csrfSync({
  ignoredMethods: ['GET', 'HEAD', 'OPTIONS'],
  getTokenFromRequest: (request: Request) => {
    const form = request.body as Record<string, unknown> | undefined;
    return typeof form?._csrf === 'string' ? form._csrf : undefined;
  },
  size: tokenBytes,
});

/** Refuses a form that was not made for this session, and one that another site sends. */
export function csrf(): Middleware {
  return (request, _response, next) => {
    // A route is a get or a post: whatever else is sent meets no handler but the one that answers 405.
    const safe = request.method !== 'POST';
    const foreign = ['cross-site', 'same-site'].includes(request.get('sec-fetch-site') ?? '');
    if (safe || (!foreign && protection.isRequestValid(request))) next();
    else next(new Failure('staleForm'));
  };
}

/** Makes forms stale that are open elsewhere: what they were filled in for has changed under them. */
export const renewCsrfToken = (request: Request): void => void protection.generateToken(request, true);

/** @returns the token that every form of this session carries; made at the first form */
export const csrfToken = (request: Request): string => protection.generateToken(request);
