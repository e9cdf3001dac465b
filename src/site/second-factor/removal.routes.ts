import type { Request, Response } from 'express';
import { may } from '../../domain/policy.ts';
import { paths, userPath } from '../http/paths.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { inList, linksOf, ofUser, userIdOf } from '../users/view-models.ts';
import type { Users, RemoveSecondFactor } from '../../core/accounts/index.ts';
import { bind } from '../../platform/bind.ts';

export interface RemovalRoutesDependencies {
  readonly users: Users;
  readonly removeOf: RemoveSecondFactor;
  readonly answerRefusal: AnswerRefusal;
}

/** What an administrator does for somebody who has lost app and recovery codes. */
export function removalRoutes(deps: RemovalRoutesDependencies): Route[] {
  const handlers = bind(deps, { confirm, remove });
  return [
    { method: 'get', path: paths.removeSecondFactor, access: 'users.removeSecondFactor', handle: handlers.confirm },
    { method: 'post', path: paths.removeSecondFactor, access: 'users.removeSecondFactor', handle: handlers.remove },
  ];
}

async function confirm(deps: RemovalRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { users, answerRefusal } = deps;
  const scope = scopeOf(request);
  const user = await users.load(scope, userIdOf(request));
  const decision = may(scope, 'users.removeSecondFactor', user);
  // Where there is none, nobody has to be asked: the page says so.
  const asks = !decision.allowed && decision.because === 'secondAdministrator';
  if (!decision.allowed && !(asks && user.secondFactorAt === null)) return answerRefusal(request, response, decision);
  const title = 'second-factor:removal.title';
  const breadcrumbs = user.secondFactorAt === null ? inList : ofUser(user);
  response.page('second-factor/removal', { user, ...linksOf(user) }, { title, breadcrumbs });
}

async function remove(deps: RemovalRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { removeOf, answerRefusal } = deps;
  const scope = scopeOf(request);
  const result = await removeOf(scope, userIdOf(request));
  if (result.outcome === 'refused') return answerRefusal(request, response, result.decision);
  // As when it is asked about: somebody else was faster, or the form was sent twice.
  if (result.outcome !== 'done') return confirm(deps, request, response);
  const name = result.user.displayName;
  request.session.notice = { kind: 'success', key: 'second-factor:removal.done', values: { name } };
  response.redirect(303, userPath(result.user.id));
}
