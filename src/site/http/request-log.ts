import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { Request } from 'express';
import type { Middleware } from './request.ts';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

/**
 * Logs one line per request with its method, route pattern, status and duration. Headers, cookies and bodies are never
 * logged, and neither is the URL, which may contain a token, a name or a search term.
 */
export function requestLog(log: Logger): Middleware {
  return pinoHttp<Request>({
    logger: log,
    genReqId: (request) => request.requestId,
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'requestId', responseTime: 'ms' },
    autoLogging: { ignore: (request) => request.path === '/healthz' || request.path.startsWith('/assets/') },
    serializers: { req: () => undefined, res: () => undefined, err: () => undefined },
    customSuccessObject: (request, response, value: object) => ({
      ...value,
      ...requestSummary(request, response.statusCode),
    }),
    customErrorObject: (request, response, _error, value: object) => ({
      ...value,
      ...requestSummary(request, response.statusCode),
    }),
  }) as Middleware;
}

const requestSummary = (request: Request, status: number) => ({
  method: request.method,
  route: (request.route as { path?: string } | undefined)?.path ?? null,
  status,
});

/** Assigns an ID to each request. IDs sent by clients are ignored. */
export function requestId(): Middleware {
  return (request, response, next) => {
    request.requestId = randomUUID();
    response.setHeader('X-Request-Id', request.requestId);
    // A request target is not always a path: it can be `*` or an absolute URL.
    if (request.path.startsWith('/')) next();
    else response.status(400).type('text').send(STATUS_CODES[400]);
  };
}
