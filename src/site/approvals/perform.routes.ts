import type { Request, Response } from 'express';
import { conflict, Failure } from '../../domain/errors.ts';
import { paths, userPath } from '../http/paths.ts';
import type { createLogSender } from '../activity/log-file.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import type { LogExports } from '../../core/activity/index.ts';
import type { ResetResult } from '../../core/accounts/index.ts';
import type { Perform, Approval } from '../../core/approvals/index.ts';
import { filterOf } from '../activity/activity.forms.ts';
import type { SendUsersFile } from '../users/users-file.ts';
import { type CreateHandoverSheet, showCredential } from '../users/handover.ts';
import { userBreadcrumbs } from '../users/view-models.ts';
import { bind } from '../../platform/bind.ts';

export interface PerformRoutesDependencies {
  readonly perform: Perform;
  readonly sendUsersFile: SendUsersFile;
  readonly logExports: Pick<LogExports, 'text'>;
  readonly sheet: CreateHandoverSheet;
  readonly sendLog: ReturnType<typeof createLogSender>;
  readonly answerRefusal: AnswerRefusal;
}

/** Creates the route that performs an approved action. Only the requester can do this, and only once. */
export function performRoutes(deps: PerformRoutesDependencies): Route[] {
  const handlers = bind(deps, { performApproval });
  return [
    {
      method: 'post',
      path: paths.performApproval,
      access: 'approvals.view',
      form: {
        page: paths.approval,
        keeps: [],
        changes: { notNeeded: 'performs what was approved, once; it expires if its users or rules have changed' },
      },
      handle: handlers.performApproval,
    },
  ];
}

function revealCredential(
  deps: PerformRoutesDependencies,
  request: Request,
  response: Response,
  { user, credential }: Extract<ResetResult, { outcome: 'reset' }>,
) {
  const { sheet } = deps;
  const content = {
    user,
    credential,
    sheet: sheet(scopeOf(request), user, credential),
    heading: 'users:reset.done',
    sessionsEnded: true,
  };
  showCredential(response, content, { title: 'common:terms.resetPassword', breadcrumbs: userBreadcrumbs(user) });
}

async function answerReset(
  deps: PerformRoutesDependencies,
  request: Request,
  response: Response,
  result: ResetResult,
): Promise<void> {
  const { answerRefusal } = deps;
  if (result.outcome === 'reset') return revealCredential(deps, request, response, result);
  if (result.outcome === 'throttled') throw new Failure('throttled', { retryAfter: result.retryAfter });
  if (result.outcome === 'refused') return answerRefusal(request, response, result.decision);
  // The approval is not consumed, so the requester can retry once email is configured.
  if (result.outcome === 'noMail') throw conflict('approval.noMail');
}

async function sendFile(
  deps: PerformRoutesDependencies,
  request: Request,
  response: Response,
  { subject: { log } }: Approval,
): Promise<void> {
  const { sendLog, logExports, sendUsersFile } = deps;
  if (log) await sendLog(response, log.format, logExports.text(scopeOf(request), log.format, filterOf(log.part)));
  else await sendUsersFile(request, response);
}

function finish(request: Request, response: Response, { act, subject }: Approval): void {
  const [only, ...others] = subject.users;
  request.session.notice = { kind: 'success', key: 'approvals:notice.done' };
  if (act === 'loosenRules') return response.redirect(303, paths.rules);
  const userDeleted = act === 'delete' || only === undefined || others.length > 0;
  response.redirect(303, userDeleted ? paths.users : userPath(only.id));
}

async function performApproval(deps: PerformRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { perform } = deps;
  const performed = await perform(scopeOf(request), String(request.params.approvalId));
  switch (performed.outcome) {
    case 'late':
      throw conflict('approval.late');
    case 'reset':
      return answerReset(deps, request, response, performed.result);
    case 'file':
      return sendFile(deps, request, response, performed.approval);
    case 'changed':
      return finish(request, response, performed.approval);
  }
}
