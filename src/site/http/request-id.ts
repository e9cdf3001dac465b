import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Middleware } from './request.ts';

/** Gives every request a name of its own; one that a client sends is not believed. */
export function requestId(): Middleware {
  return (request, response, next) => {
    request.requestId = randomUUID();
    response.setHeader('X-Request-Id', request.requestId);
    // A request line may hold more than an address of this portal: a star, or a whole address of anywhere.
    if (request.path.startsWith('/')) next();
    else response.status(400).type('text').send(STATUS_CODES[400]);
  };
}
