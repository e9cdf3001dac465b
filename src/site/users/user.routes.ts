import type { Request, Response } from 'express';
import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { askPath, paths, userPath } from '../http/paths.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { notesOf } from '../rules/notes.ts';
import {
  offeredInBulk,
  type UserChangesFeature,
  mayDeleteNow,
  type StepOutcome,
  type Users,
} from '../../core/accounts/index.ts';
import { placeQuery } from './users.forms.ts';
import { listDeleted } from './list.ts';
import { offerOf } from '../http/offers.ts';
import type { DeletedUsersPage } from './users.views.ts';
import { inList, linksOf, ofUser, userIdOf } from './breadcrumbs.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

export interface UserChangesRoutesDependencies {
  readonly database: Database;
  readonly users: Users;
  readonly changes: UserChangesFeature;
  readonly answerRefusal: AnswerRefusal;
  readonly clock: () => number;
}

/** Everything that the buttons on a user's page do, and the list of deleted users. */
export function userChangesRoutes(deps: UserChangesRoutesDependencies): Route[] {
  const { changes } = deps;
  const handlers = bind(deps, { showDeleted, act, confirmDelete });
  return [
    { method: 'get', path: paths.deletedUsers, access: 'users.restore', handle: handlers.showDeleted },
    {
      method: 'post',
      path: paths.blockUser,
      access: 'users.block',
      handle: handlers.act(changes.block, 'users:notice.blocked'),
    },
    {
      method: 'post',
      path: paths.unblockUser,
      access: 'users.block',
      handle: handlers.act(changes.unblock, 'users:notice.unblocked'),
    },
    {
      method: 'post',
      path: paths.endUserSessions,
      access: 'users.endSessions',
      handle: handlers.act(changes.endSessions, 'users:notice.sessionsEnded'),
    },
    { method: 'get', path: paths.deleteUser, access: 'users.delete', handle: handlers.confirmDelete },
    {
      method: 'post',
      path: paths.deleteUser,
      access: 'users.delete',
      handle: handlers.act(changes.remove, 'users:notice.deleted', paths.users),
    },
    {
      method: 'post',
      path: paths.restoreUser,
      access: 'users.restore',
      handle: handlers.act(changes.restore, 'users:notice.restored'),
    },
  ];
}

async function finish(
  deps: UserChangesRoutesDependencies,
  request: Request,
  response: Response,
  result: StepOutcome,
  key: string,
  next = userPath(result.user.id),
): Promise<void> {
  const { answerRefusal } = deps;
  if (result.outcome === 'refused') return answerRefusal(request, response, result.verdict);
  request.session.notice = { kind: 'success', key, values: { name: result.user.displayName } };
  response.redirect(303, next);
}

async function confirmDelete(deps: UserChangesRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { users, database, clock, answerRefusal } = deps;
  const scope = scopeOf(request);
  const user = await users.load(scope, userIdOf(request));
  const verdict = await mayDeleteNow(database, scope, [user], clock());
  if (!verdict.allowed) return answerRefusal(request, response, verdict);
  const model = { user, days: scope.rules.restoreWindowDays, ...linksOf(user) };
  response.page('users/delete-confirm', model, { title: 'common:terms.deleteUser', breadcrumbs: ofUser(user) });
}

async function showDeleted(deps: UserChangesRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { database } = deps;
  const scope = scopeOf(request);
  const page = await listDeleted(database, scope, placeQuery.parse(request.query));
  const rows = page.users.map((user) => {
    const restore = may(scope, 'users.restore', user);
    return {
      ...user,
      restore: offerOf(restore),
      refusal: restore.allowed ? null : `policy:${restore.because}.title`,
      askHref: askPath('restore', [user.id]),
      mayErase: may(scope, 'personalData.erase', user).allowed,
      ...linksOf(user),
    };
  });
  const bulk = offeredInBulk(scope, 'deleted');
  const notes = notesOf(scope, ['users.restore']);
  const model: DeletedUsersPage = { ...page, users: rows, days: scope.rules.restoreWindowDays, bulk, notes };
  response.page('users/deleted', model, { title: 'common:terms.deletedUsers', breadcrumbs: inList });
}

function act(
  deps: UserChangesRoutesDependencies,
  work: (scope: Scope, userId: string) => Promise<StepOutcome>,
  notice: string,
  next?: string,
): Route['handle'] {
  return async (request, response) =>
    finish(deps, request, response, await work(scopeOf(request), userIdOf(request)), notice, next);
}
