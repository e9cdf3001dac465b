import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { Request } from 'express';
import type { Middleware } from './request.ts';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

/**
 * One line per request: method, the route's pattern, status, time. Never an address as it was typed: it may hold
 * a token, a searched name or a person's; never a header, a cookie or a body.
 */
export function requestLog(log: Logger): Middleware {
  return pinoHttp<Request>({
    logger: log,
    genReqId: (request) => request.requestId,
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'requestId', responseTime: 'ms' },
    autoLogging: { ignore: (request) => request.path === '/healthz' || request.path.startsWith('/assets/') },
    serializers: { req: () => undefined, res: () => undefined, err: () => undefined },
    customSuccessObject: (request, response, value: object) => ({ ...value, ...summary(request, response.statusCode) }),
    customErrorObject: (request, response, _error, value: object) => ({
      ...value,
      ...summary(request, response.statusCode),
    }),
  }) as Middleware;
}

const summary = (request: Request, status: number) => ({
  method: request.method,
  route: (request.route as { path?: string } | undefined)?.path ?? null,
  status,
});

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
