import type { Request, Response } from 'express';
import { conflict } from '../../domain/errors.ts';
import { may } from '../../domain/policy.ts';
import { paths, userPath } from '../http/paths.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { userListBreadcrumbs, userLinks, userBreadcrumbs, userIdOf } from '../users/view-models.ts';
import { isIndispensable, type Users, type RemoveSecondFactor } from '../../core/accounts/index.ts';
import { activityStore } from '../../core/activity/index.ts';
import type { Database } from '../../platform/database/database.ts';
import { renderChangedUser } from '../users/changed-user.ts';
import { removalForm } from './second-factor.forms.ts';
import { bind } from '../../platform/bind.ts';

export interface RemoveSecondFactorRoutesDependencies {
  readonly database: Database;
  readonly users: Users;
  readonly removeSecondFactor: RemoveSecondFactor;
  readonly answerRefusal: AnswerRefusal;
}

/**
 * Creates the routes with which an administrator removes the second factor of a user who has lost the authenticator app
 * and the recovery codes.
 */
export function removeSecondFactorRoutes(deps: RemoveSecondFactorRoutesDependencies): Route[] {
  const handlers = bind(deps, { confirm, remove });
  return [
    { method: 'get', path: paths.removeSecondFactor, access: 'users.removeSecondFactor', handle: handlers.confirm },
    {
      method: 'post',
      path: paths.removeSecondFactor,
      access: 'users.removeSecondFactor',
      form: { keeps: [], changes: { comparedBy: ['secondFactorAt'] } },
      handle: handlers.remove,
    },
  ];
}

async function confirm(
  deps: RemoveSecondFactorRoutesDependencies,
  request: Request,
  response: Response,
): Promise<void> {
  const { database, users, answerRefusal } = deps;
  const scope = scopeOf(request);
  const user = await users.load(scope, userIdOf(request));
  const decision = may(scope, 'users.removeSecondFactor', user);
  // If the user has no second factor, no approval is needed, and the page says that there is none.
  const needsApproval = !decision.allowed && decision.because === 'secondAdministrator';
  if (!decision.allowed && !(needsApproval && user.secondFactorAt === null))
    return answerRefusal(request, response, decision);
  const isNeeded = user.secondFactorAt !== null && (await isIndispensable(database, scope, user, scope.now));
  if (isNeeded) throw conflict('user.lastApprovers');
  const title = 'second-factor:removal.title';
  const breadcrumbs = user.secondFactorAt === null ? userListBreadcrumbs : userBreadcrumbs(user);
  response.page('second-factor/remove-from-user', { user, ...userLinks(user) }, { title, breadcrumbs });
}

async function remove(deps: RemoveSecondFactorRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { removeSecondFactor, answerRefusal, database } = deps;
  const scope = scopeOf(request);
  const { secondFactorAt: seenAt } = removalForm.parse(request.body ?? {});
  const result = await removeSecondFactor(scope, userIdOf(request), seenAt);
  if (result.outcome === 'refused') return answerRefusal(request, response, result.decision);
  if (result.outcome === 'conflict') {
    const { user } = result;
    const label = 'second-factor:removal.title';
    const button = { href: userLinks(user).removeSecondFactorHref, icon: 'trash', label, danger: true };
    const events = await activityStore.latestOfUser(database, scope, user.id);
    const ofFactor = events.filter(({ event }) => event.kind.startsWith('secondFactor.'));
    return renderChangedUser(
      response,
      { user, button, fields: { secondFactorAt: user.secondFactorAt ?? 0 } },
      ofFactor,
    );
  }
  // If the second factor has already been removed, by another administrator or by submitting this form twice, show the
  // page that says so.
  if (result.outcome !== 'done') return confirm(deps, request, response);
  const name = result.user.displayName;
  request.session.notice = { kind: 'success', key: 'second-factor:removal.done', values: { name } };
  response.redirect(303, userPath(result.user.id));
}
