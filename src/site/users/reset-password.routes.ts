import type { Request, Response } from 'express';
import { conflict, Failure } from '../../domain/errors.ts';
import { may } from '../../domain/policy.ts';
import {
  describeHandover,
  isIndispensable,
  type CredentialIssuer,
  type ResetResult,
  type Users,
} from '../../core/accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';
import type { User } from '../../domain/people/user.ts';
import { paths } from '../http/paths.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { resetForm } from './users.forms.ts';
import { userLinks, userBreadcrumbs, userIdOf } from './view-models.ts';
import { showCredential, type CreateHandoverSheet } from './handover.ts';
import { bind } from '../../platform/bind.ts';

export interface ResetPasswordRoutesDependencies {
  readonly database: Database;
  readonly users: Users;
  readonly credentialIssuer: CredentialIssuer;
  readonly sheet: CreateHandoverSheet;
  readonly answerRefusal: AnswerRefusal;
}

/**
 * Creates the routes of the page that confirms a password reset and of the reset itself, which shows the new credential
 * once.
 */
export function resetPasswordRoutes(deps: ResetPasswordRoutesDependencies): Route[] {
  const handlers = bind(deps, { confirmReset, reset });
  return [
    { method: 'get', path: paths.resetPassword, access: 'users.resetPassword', handle: handlers.confirmReset },
    {
      method: 'post',
      path: paths.resetPassword,
      access: 'users.resetPassword',
      form: { keeps: [], changes: { comparedBy: ['epoch'] } },
      handle: handlers.reset,
    },
  ];
}

async function confirmReset(
  deps: ResetPasswordRoutesDependencies,
  request: Request,
  response: Response,
): Promise<void> {
  const { database, users, answerRefusal } = deps;
  const scope = scopeOf(request);
  const user = await users.load(scope, userIdOf(request));
  const reset = may(scope, 'users.resetPassword', user);
  if (!reset.allowed) return answerRefusal(request, response, reset);
  if (await isIndispensable(database, scope, user, scope.now)) throw conflict('user.lastApprovers');
  showConfirmation(deps, request, response, user);
}

function showConfirmation(
  deps: ResetPasswordRoutesDependencies,
  request: Request,
  response: Response,
  user: User,
  status = 200,
): void {
  const { credentialIssuer } = deps;
  const model = { user, handOver: describeHandover(scopeOf(request), credentialIssuer), ...userLinks(user) };
  const options = { title: 'common:terms.resetPassword', breadcrumbs: userBreadcrumbs(user), status };
  response.page('users/reset-confirm', model, options);
}

async function reset(deps: ResetPasswordRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { users, answerRefusal, credentialIssuer } = deps;
  const { values } = readForm(resetForm, request.body);
  const epoch = values?.epoch ?? -1;
  const result = await users.resetPassword(scopeOf(request), userIdOf(request), epoch);
  if (result.outcome === 'reset') return reveal(deps, request, response, result);
  if (result.outcome === 'refused') return answerRefusal(request, response, result.decision);
  if (result.outcome === 'noMail') return showConfirmation(deps, request, response, result.user, 409);
  if (result.outcome === 'throttled') throw new Failure('throttled', { retryAfter: result.retryAfter });
  const options = { title: 'common:terms.resetPassword', breadcrumbs: userBreadcrumbs(result.user), status: 409 };
  const by = credentialIssuer.handoverRuleFor(scopeOf(request));
  const model = { user: result.user, passwordSetAt: result.password.setAt, by, ...userLinks(result.user) };
  response.page('users/reset-stale', model, options);
}

// The clear text appears only in this response body, never in a redirect, flash message or session from which another
// request could read it.
function reveal(
  deps: ResetPasswordRoutesDependencies,
  request: Request,
  response: Response,
  { user, credential }: Extract<ResetResult, { outcome: 'reset' }>,
): void {
  const { sheet } = deps;
  const options = { title: 'common:terms.resetPassword', breadcrumbs: userBreadcrumbs(user) };
  const content = { heading: 'users:reset.done', sessionsEnded: true };
  showCredential(response, { user, credential, sheet: sheet(scopeOf(request), user, credential), ...content }, options);
}
