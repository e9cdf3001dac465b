import type { Request } from 'express';
import { csrfSync } from 'csrf-sync';
import { Failure } from '../domain/errors.ts';
import type { Middleware } from './request.ts';

const tokenBytes = 32;

// Safe methods change nothing; any other method needs the token, names nobody has heard of included.
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
    const safe = ['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    const foreign = ['cross-site', 'same-site'].includes(request.get('sec-fetch-site') ?? '');
    if (safe || (!foreign && protection.isRequestValid(request))) next();
    else next(new Failure('staleForm'));
  };
}

/** @returns the token that every form of this session carries; made at the first form */
export const csrfToken = (request: Request): string => protection.generateToken(request);
