import type { Request, Response } from 'express';
import type { Scope } from '../../domain/scope.ts';
import { paths, userPath } from '../http/paths.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { type UserActions, mayDeleteNow, type ActionOutcome, type Users } from '../../core/accounts/index.ts';
import { userLinks, userBreadcrumbs, userIdOf } from './view-models.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

export interface UserActionsRoutesDependencies {
  readonly database: Database;
  readonly users: Users;
  readonly changes: UserActions;
  readonly answerRefusal: AnswerRefusal;
  readonly clock: () => number;
}

/** Creates the routes of the actions on one user: block, unblock, end sessions, delete and restore. */
export function userActionsRoutes(deps: UserActionsRoutesDependencies): Route[] {
  const { changes } = deps;
  const handlers = bind(deps, { actionHandler, confirmDelete });
  return [
    {
      method: 'post',
      path: paths.blockUser,
      access: 'users.block',
      handle: handlers.actionHandler(changes.block, 'users:notice.blocked'),
    },
    {
      method: 'post',
      path: paths.unblockUser,
      access: 'users.block',
      handle: handlers.actionHandler(changes.unblock, 'users:notice.unblocked'),
    },
    {
      method: 'post',
      path: paths.endUserSessions,
      access: 'users.endSessions',
      handle: handlers.actionHandler(changes.endSessions, 'users:notice.sessionsEnded'),
    },
    { method: 'get', path: paths.deleteUser, access: 'users.delete', handle: handlers.confirmDelete },
    {
      method: 'post',
      path: paths.deleteUser,
      access: 'users.delete',
      handle: handlers.actionHandler(changes.remove, 'users:notice.deleted', paths.users),
    },
    {
      method: 'post',
      path: paths.restoreUser,
      access: 'users.restore',
      handle: handlers.actionHandler(changes.restore, 'users:notice.restored'),
    },
  ];
}

async function finish(
  deps: UserActionsRoutesDependencies,
  request: Request,
  response: Response,
  result: ActionOutcome,
  key: string,
  next = userPath(result.user.id),
): Promise<void> {
  const { answerRefusal } = deps;
  if (result.outcome === 'refused') return answerRefusal(request, response, result.decision);
  request.session.notice = { kind: 'success', key, values: { name: result.user.displayName } };
  response.redirect(303, next);
}

async function confirmDelete(deps: UserActionsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { users, database, clock, answerRefusal } = deps;
  const scope = scopeOf(request);
  const user = await users.load(scope, userIdOf(request));
  const decision = await mayDeleteNow(database, scope, [user], clock());
  if (!decision.allowed) return answerRefusal(request, response, decision);
  const model = { user, days: scope.rules.restoreWindowDays, ...userLinks(user) };
  response.page('users/delete-confirm', model, {
    title: 'common:terms.deleteUser',
    breadcrumbs: userBreadcrumbs(user),
  });
}

function actionHandler(
  deps: UserActionsRoutesDependencies,
  work: (scope: Scope, userId: string) => Promise<ActionOutcome>,
  notice: string,
  next?: string,
): Route['handle'] {
  return async (request, response) =>
    finish(deps, request, response, await work(scopeOf(request), userIdOf(request)), notice, next);
}
