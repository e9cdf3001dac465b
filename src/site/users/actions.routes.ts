import type { SeenUser } from '../../domain/people/seen-user.ts';
import type { Request, Response } from 'express';
import type { Scope } from '../../domain/scope.ts';
import type { FormDeclaration } from '../http/form-declaration.ts';
import { fillPath, paths, userPath } from '../http/paths.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import {
  isIndispensable,
  type UserActions,
  mayDeleteNow,
  type ActionOutcome,
  type Users,
} from '../../core/accounts/index.ts';
import { conflict } from '../../domain/errors.ts';
import { buttonStyleOf, type ButtonStyle } from './bulk-buttons.ts';
import { seenFieldsOf, showChangedUser } from './changed-user.ts';
import { comparedBySeenUser, readSeenUser } from './seen-user.ts';
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
    ...(
      [
        ['block', paths.blockUser],
        ['unblock', paths.unblockUser],
      ] as const
    ).map(([name, path]) => ({
      method: 'post' as const,
      path,
      access: 'users.block' as const,
      form: stateForm(paths.user),
      handle: handlers.actionHandler(changes[name], buttons[name]),
    })),
    {
      method: 'post',
      path: paths.endUserSessions,
      access: 'users.endSessions',
      form: endSessionsForm,
      handle: handlers.actionHandler(changes.endSessions, buttons.endSessions),
    },
    { method: 'get', path: paths.deleteUser, access: 'users.delete', handle: handlers.confirmDelete },
    {
      method: 'post',
      path: paths.deleteUser,
      access: 'users.delete',
      form: stateForm(paths.deleteUser),
      handle: handlers.actionHandler(changes.remove, buttons.delete, paths.users),
    },
    {
      method: 'post',
      path: paths.restoreUser,
      access: 'users.restore',
      form: stateForm(paths.deletedUsers),
      handle: handlers.actionHandler(changes.restore, buttons.restore),
    },
  ];
}

const stateForm = (page: string): FormDeclaration => ({ page, keeps: [], changes: comparedBySeenUser });

const endSessionsForm: FormDeclaration = {
  page: paths.user,
  keeps: [],
  changes: { notNeeded: 'ends all sessions, whatever else has changed; a repetition ends and records nothing' },
};

interface ActionButton extends Pick<ButtonStyle, 'label' | 'icon' | 'danger'> {
  /** The URL pattern of the action. */
  readonly path: string;
  /** The locale key of the message after the action. */
  readonly notice: string;
}

const buttons = {
  block: { path: paths.blockUser, notice: 'users:notice.blocked', ...buttonStyleOf('block') },
  unblock: { path: paths.unblockUser, notice: 'users:notice.unblocked', ...buttonStyleOf('unblock') },
  delete: { path: paths.deleteUser, notice: 'users:notice.deleted', ...buttonStyleOf('delete') },
  restore: { path: paths.restoreUser, notice: 'users:notice.restored', ...buttonStyleOf('restore') },
  endSessions: {
    path: paths.endUserSessions,
    notice: 'users:notice.sessionsEnded',
    label: 'users:endSessions',
    icon: 'logout',
    danger: false,
  },
} as const satisfies Readonly<Record<string, ActionButton>>;

async function finish(
  deps: UserActionsRoutesDependencies,
  request: Request,
  response: Response,
  result: ActionOutcome,
  button: ActionButton,
  next = userPath(result.user.id),
): Promise<void> {
  const { answerRefusal, database } = deps;
  const { user } = result;
  if (result.outcome === 'refused') return answerRefusal(request, response, result.decision);
  if (result.outcome === 'conflict') {
    const { label, icon, danger, path } = button;
    const again = { href: fillPath(path, { userId: user.id }), label, icon, danger };
    return showChangedUser(database, request, response, { user, button: again, fields: seenFieldsOf(user) });
  }
  request.session.notice = { kind: 'success', key: button.notice, values: { name: user.displayName } };
  response.redirect(303, next);
}

async function confirmDelete(deps: UserActionsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { users, database, clock, answerRefusal } = deps;
  const scope = scopeOf(request);
  const user = await users.load(scope, userIdOf(request));
  const decision = await mayDeleteNow(database, scope, [user], clock());
  if (!decision.allowed) return answerRefusal(request, response, decision);
  if (await isIndispensable(database, scope, user, scope.now)) throw conflict('user.lastApprovers');
  const model = { user, days: scope.rules.restoreWindowDays, ...userLinks(user) };
  response.page('users/delete-confirm', model, {
    title: 'common:terms.deleteUser',
    breadcrumbs: userBreadcrumbs(user),
  });
}

function actionHandler(
  deps: UserActionsRoutesDependencies,
  work: (scope: Scope, userId: string, seen: SeenUser | null) => Promise<ActionOutcome>,
  button: ActionButton,
  next?: string,
): Route['handle'] {
  return async (request, response) => {
    const result = await work(scopeOf(request), userIdOf(request), readSeenUser(request.body, userIdOf(request)));
    return finish(deps, request, response, result, button, next);
  };
}
