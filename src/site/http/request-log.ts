import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { Request } from 'express';
import type { Middleware } from './request.ts';
import type { Route } from './routing.ts';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

/**
 * Logs one line per request, except for liveness checks and static files, with its method, route pattern, status and
 * duration. Headers, cookies and bodies are never logged, and neither is the URL, which may contain a token, a name or
 * a search term.
 */
export function requestLog(log: Logger, routes: readonly Route[]): Middleware {
  const routeOf = createRouteFinder(routes);
  const requestSummary = (request: Request, status: number) => ({
    method: request.receivedMethod,
    route: matchedRouteOf(request) ?? routeOf(request.originalUrl.split('?', 1)[0] ?? ''),
    status,
    ...(request.refusal ?? (refused.has(status) ? { reason: refused.get(status) } : {})),
  });
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

/**
 * @returns the pattern of the route that responded; null if none did, or if another page was shown in place of a form's
 * result
 */
function matchedRouteOf({ route, method, receivedMethod }: Request): string | null {
  return method === receivedMethod ? ((route as { path?: string } | undefined)?.path ?? null) : null;
}

/** The reasons to log, by status, for refusals without a more precise reason. */
const refused: ReadonlyMap<number, string> = new Map([
  [403, 'forbidden'],
  [421, 'misdirected'],
  [429, 'throttled'],
  [503, 'unavailable'],
]);

/**
 * @returns a function that finds the route pattern for a path, and returns null if no route matches. The log needs it
 * for requests that are refused before they reach their route
 */
function createRouteFinder(routes: readonly Route[]): (path: string) => string | null {
  const patterns = [...new Set(routes.map(({ path }) => path))].map((path) => ({ path, segments: segmentsOf(path) }));
  return (path) => {
    const given = segmentsOf(path.toLowerCase());
    const matches = (segments: readonly string[]): boolean =>
      segments.length === given.length &&
      segments.every((segment, at) => segment.startsWith(':') || segment === given[at]);
    return patterns.find(({ segments }) => matches(segments))?.path ?? null;
  };
}

const segmentsOf = (path: string): readonly string[] => path.replace(/\/$/, '').split('/');

/** Assigns an ID to each request. IDs sent by clients are ignored. */
export function requestId(): Middleware {
  return (request, response, next) => {
    request.requestId = randomUUID();
    request.receivedMethod = request.method;
    response.setHeader('X-Request-Id', request.requestId);
    // A request target is not always a path: it can be `*` or an absolute URL.
    if (request.path.startsWith('/')) next();
    else response.status(400).type('text').send(STATUS_CODES[400]);
  };
}
