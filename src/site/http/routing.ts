import { Router, type Express, type Request, type Response } from 'express';
import { Failure } from '../../domain/errors.ts';
import { may } from '../../domain/policy.ts';
import type { Action } from '../../domain/roles.ts';
import { isCodePending } from '../../domain/people/second-factor.ts';
import { paths } from './paths.ts';
import { scopeOf, sessionOf, type Middleware } from './request.ts';
import type { Denial } from '../../domain/policy-decision.ts';

/**
 * Who may use a route: anyone; a user who must change their password, or whose code is still asked for;
 * or whoever the judge allows an action. There is no default: a route that is silent does not compile.
 */
export type Access = 'anyone' | 'pendingChange' | 'pendingCode' | Action;

export type Route = {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly handle: (request: Request, response: Response) => void | Promise<void>;
} & (
  | { readonly access: Access; readonly upload?: never }
  /** Takes a file: never from just anyone. */
  | { readonly access: Action; readonly upload: true }
);

/** Answers a request that the judge refused; given by the app, since it is a page with words and people in it. */
export type AnswerRefusal = (
  request: Request,
  response: Response,
  refusal: Denial,
  /** The action that was refused, where nobody has recorded it yet. */
  unrecorded?: Action,
) => void | Promise<void>;

/** Puts the routes on the app, each behind its guard; a known address with another method is 405. */
export function mountRoutes(app: Express, routes: readonly Route[], answerRefusal: AnswerRefusal): void {
  for (const { method, path, access, handle } of routes) {
    app[method](path, guard(access, answerRefusal), async (request, response) => handle(request, response));
  }
  app.use(methodsNotAllowed(routes));
}

/**
 * Answers methods that no page has, such as PUT and OPTIONS, before any check of forms: 405 at a known address, else 404.
 * Requests with other methods pass without being matched a second time.
 */
export function unusedMethods(routes: readonly Route[]): Middleware {
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

const maxReturnToLength = 500;

function guard(access: Access, answerRefusal: AnswerRefusal): Middleware {
  if (access === 'anyone') return (_request, _response, next) => next();
  return async (request, response, next) => {
    if (request.scope === undefined) return askToSignIn(request, response);
    if (access === 'pendingChange') {
      const pending = request.signedIn?.session.user.password === 'temporary';
      return pending ? next() : response.redirect(303, paths.dashboard);
    }
    if (access === 'pendingCode') {
      return isCodePending(sessionOf(request)) ? next() : response.redirect(303, paths.dashboard);
    }
    const decision = may(scopeOf(request), access);
    return decision.allowed ? next() : answerRefusal(request, response, decision, access);
  };
}

// Only a page that was asked for by its address is worth coming back to after the sign-in. A request line may also hold
// a whole address, host included, and that host need not be this one.
function askToSignIn(request: Request, response: Response): void {
  // What was searched for stays behind: a name does not belong in a visitor's session.
  const worthKeeping =
    request.method === 'GET' && request.originalUrl.startsWith('/') && request.path.length <= maxReturnToLength;
  if (worthKeeping) request.session.returnTo = request.path;
  response.redirect(303, paths.signIn);
}
