import type { Request, Response } from 'express';
import { conflict, Failure } from '../../domain/errors.ts';
import { paths, userPath } from '../http/paths.ts';
import { sendCsv } from '../http/csv.ts';
import type { logFiles } from '../activity/log-file.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import type { LogExports } from '../../core/activity/index.ts';
import type { ResetResult } from '../../core/accounts/index.ts';
import type { Perform, Approval } from '../../core/approvals/index.ts';
import { filterOf } from '../activity/activity.forms.ts';
import type { UsersFile } from '../users/csv.ts';
import { type HandOverSheet, showCredential } from '../users/hand-over.ts';
import { ofUser } from '../users/view-models.ts';
import { bind } from '../../platform/bind.ts';

export interface PerformRoutesDependencies {
  readonly perform: Perform;
  readonly usersFile: UsersFile;
  readonly logExports: Pick<LogExports, 'text'>;
  readonly sheet: HandOverSheet;
  readonly sendLog: ReturnType<typeof logFiles>;
  readonly answerRefusal: AnswerRefusal;
}

/** Doing what was confirmed: whoever asked gets what comes of it, they alone and once. */
export function performRoutes(deps: PerformRoutesDependencies): Route[] {
  const handlers = bind(deps, { run });
  return [{ method: 'post', path: paths.performApproval, access: 'approvals.view', handle: handlers.run }];
}

function handOver(
  deps: PerformRoutesDependencies,
  request: Request,
  response: Response,
  { user, credential }: Extract<ResetResult, { outcome: 'reset' }>,
) {
  const { sheet } = deps;
  const shown = {
    user,
    way: credential,
    sheet: sheet(scopeOf(request), user, credential),
    heading: 'users:reset.done',
    ended: true,
  };
  showCredential(response, shown, { title: 'common:terms.resetPassword', breadcrumbs: ofUser(user) });
}

async function handReset(
  deps: PerformRoutesDependencies,
  request: Request,
  response: Response,
  result: ResetResult,
): Promise<void> {
  const { answerRefusal } = deps;
  if (result.outcome === 'reset') return handOver(deps, request, response, result);
  if (result.outcome === 'throttled') throw new Failure('throttled', { retryAfter: result.retryAfter });
  if (result.outcome === 'refused') return answerRefusal(request, response, result.decision);
  // Nothing is used up: it can be done as soon as there is mail.
  if (result.outcome === 'noMail') throw conflict('approval.noMail');
}

async function sendFile(
  deps: PerformRoutesDependencies,
  request: Request,
  response: Response,
  { subject: { log } }: Approval,
): Promise<void> {
  const { sendLog, logExports, usersFile } = deps;
  const scope = scopeOf(request);
  if (log) await sendLog(response, log.format, logExports.text(scope, log.format, filterOf(log.part)));
  else await sendCsv(request, response, usersFile(scope, request.language));
}

function finish(request: Request, response: Response, { act, subject }: Approval): void {
  const [only, ...others] = subject.users;
  request.session.notice = { kind: 'success', key: 'approvals:notice.done' };
  if (act === 'loosenRules') return response.redirect(303, paths.rules);
  const gone = act === 'delete' || only === undefined || others.length > 0;
  response.redirect(303, gone ? paths.users : userPath(only.id));
}

async function run(deps: PerformRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { perform } = deps;
  const performed = await perform(scopeOf(request), String(request.params.approvalId));
  switch (performed.outcome) {
    case 'late':
      throw conflict('approval.late');
    case 'reset':
      return handReset(deps, request, response, performed.result);
    case 'file':
      return sendFile(deps, request, response, performed.approval);
    case 'changed':
      return finish(request, response, performed.approval);
  }
}
