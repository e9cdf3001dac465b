import { randomUUID } from 'node:crypto';
import type { Middleware } from './request.ts';

/** Gives every request a name of its own; one that a client sends is not believed. */
export function requestId(): Middleware {
  return (request, response, next) => {
    request.requestId = randomUUID();
    response.setHeader('X-Request-Id', request.requestId);
    next();
  };
}
