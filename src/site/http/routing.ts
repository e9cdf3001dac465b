import { extname } from 'node:path';
import { Router, type Express, type Request, type Response } from 'express';
import { Failure } from '../../domain/errors.ts';
import { may } from '../../domain/policy.ts';
import type { Action } from '../../domain/roles.ts';
import { isCodePending } from '../../domain/people/second-factor.ts';
import { answerQueryFault, rejectFilters, type QueryFault } from './download-filters.ts';
import type { Cookies } from './cookies.ts';
import { paths } from './paths.ts';
import { leavePage, scopeOf, sessionOf, type Middleware } from './request.ts';
import { rememberReturnPath } from './return-path.ts';
import type { Denial } from '../../domain/policy-decision.ts';
import type { FormDeclaration } from './form-declaration.ts';

/**
 * Who may use a route: everyone, only users whose password change or second-factor code is pending, or users whom the
 * policy allows to perform the action. A route that does not declare this does not compile.
 */
export type Access = 'anyone' | 'pendingChange' | 'pendingCode' | Action;

export type Route = {
  readonly path: string;
  readonly handle: (request: Request, response: Response) => void | Promise<void>;
  /**
   * Validates the query before access is checked. Required for downloads with filters; other downloads accept no
   * parameters.
   */
  readonly queryFault?: QueryFault;
} & (
  | { readonly method: 'get'; readonly access: Access; readonly form?: never; readonly upload?: never }
  /** A route that accepts a form must declare which fields it keeps; otherwise it does not compile. */
  | { readonly method: 'post'; readonly access: Access; readonly form: FormDeclaration; readonly upload?: never }
  /** The route accepts a file, which requires authentication. */
  | { readonly method: 'post'; readonly access: Action; readonly form: FormDeclaration; readonly upload: true }
);

/**
 * Responds to a request that the policy has denied. It is injected because the page needs translations and user data.
 */
export type AnswerRefusal = (
  request: Request,
  response: Response,
  refusal: Denial,
  /** The denied action, if its refusal has not been logged yet. */
  unrecorded?: Action,
) => void | Promise<void>;

/**
 * Mounts the routes, each behind its access check. Requests with other methods for a known path are rejected with 405.
 */
export function mountRoutes(
  app: Express,
  routes: readonly Route[],
  cookies: Cookies,
  answerRefusal: AnswerRefusal,
): void {
  for (const route of routes) {
    const { method, path, handle } = route;
    app[method](path, guard(route, cookies, answerRefusal), async (request, response) => handle(request, response));
  }
  app.use(methodsNotAllowed(routes));
}

/**
 * Rejects methods that no route uses, such as PUT and OPTIONS, before forms are checked. The status is 405 for a known
 * path and 404 otherwise. Other requests skip this additional route matching.
 */
export function rejectUnusedMethods(routes: readonly Route[]): Middleware {
  const used = new Set(['HEAD', ...routes.map(({ method }) => method.toUpperCase())]);
  const notAllowed = methodsNotAllowed(routes).use(() => {
    throw new Failure('notFound');
  });
  return (request, response, next) => (used.has(request.method) ? next() : notAllowed(request, response, next));
}

function methodsNotAllowed(routes: readonly Route[]): Router {
  const router = Router();
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
    const allowed = methods.includes('GET') ? ['HEAD', ...methods] : methods;
    router.all(path, (_request, response) => {
      response.set('Allow', allowed.join(', '));
      throw new Failure('methodNotAllowed');
    });
  }
  return router;
}

function guard({ path, access, queryFault }: Route, cookies: Cookies, answerRefusal: AnswerRefusal): Middleware {
  const faultOf = queryFault ?? (extname(path) === '' ? null : rejectFilters);
  if (access === 'anyone') return (_request, _response, next) => next();
  return async (request, response, next) => {
    if (request.scope === undefined) return redirectToSignIn(cookies, request, response);
    if (access === 'pendingChange') {
      const pending = request.signedIn?.session.user.password === 'temporary';
      return pending ? next() : leavePage(request, response, paths.dashboard);
    }
    if (access === 'pendingCode') {
      return isCodePending(sessionOf(request)) ? next() : leavePage(request, response, paths.dashboard);
    }
    // Check the query before the policy: the redirect to an approval request would silently drop an invalid filter.
    const fault = faultOf?.(request.query) ?? null;
    if (fault !== null) return answerQueryFault(response, fault);
    const decision = may(scopeOf(request), access);
    return decision.allowed ? next() : answerRefusal(request, response, decision, access);
  };
}

// After sign-in, return only to pages requested with GET. The request target can also be an absolute URL.
function redirectToSignIn(cookies: Cookies, request: Request, response: Response): void {
  if (request.method === 'GET' && request.originalUrl.startsWith('/'))
    rememberReturnPath(cookies, response, request.path);
  response.redirect(303, paths.signIn);
}
