import type { Request, Response } from 'express';
import type { ApprovalSubject } from '../../domain/approvals.ts';
import { Failure } from '../../domain/errors.ts';
import { paths, userPath } from '../../paths.ts';
import { sendCsv } from '../../web/csv.ts';
import { scopeOf } from '../../web/request.ts';
import type { AnswerRefusal } from '../../web/routing.ts';
import type { LogExports } from '../activity/activity.export.ts';
import { filterOf } from '../activity/activity.forms.ts';
import type { LogFiles } from '../activity/activity.send.ts';
import type { UsersExport } from '../users/users.export.ts';
import type { revealTo } from '../users/users.reveal.ts';
import type { Perform, Performed } from './approvals.perform.ts';
import type { Approval } from './approvals.rows.ts';
import type { Approvals } from './approvals.ts';

/** @returns false where it came too late, and nothing was answered */
export type Handing = (request: Request, response: Response, id: string) => Promise<boolean>;

/** Makes what does a confirmed request for whoever asked, and answers with what comes of it: to them alone, once. */
export function createHanding(parts: {
  approvals: Approvals;
  perform: Perform;
  reveal: ReturnType<typeof revealTo>;
  usersExport: UsersExport;
  logExports: LogExports;
  sendLog: LogFiles;
  answerRefusal: AnswerRefusal;
}): Handing {
  const { approvals, perform, reveal, usersExport, logExports, sendLog, answerRefusal } = parts;

  async function handReset(request: Request, response: Response, { result }: Extract<Performed, { outcome: 'reset' }>) {
    if (result.outcome === 'reset') return reveal(request, response, result);
    if (result.outcome === 'throttled') throw new Failure('throttled', { retryAfter: result.retryAfter });
    if (result.outcome === 'refused') return answerRefusal(request, response, result.verdict);
  }

  async function sendFile(request: Request, response: Response, { log }: ApprovalSubject): Promise<void> {
    const scope = scopeOf(request);
    if (log) await sendLog(response, log.format, logExports.text(scope, log.format, filterOf(log.part)));
    else await sendCsv(request, response, usersExport.file(scope, request.language));
  }

  function handChange(request: Request, response: Response, { act, subject }: Approval): void {
    const [only, ...others] = subject.users;
    request.session.notice = { kind: 'success', key: 'approvals:notice.done' };
    if (act === 'loosenRules') return response.redirect(303, paths.rules);
    const gone = act === 'delete' || only === undefined || others.length > 0;
    response.redirect(303, gone ? paths.users : userPath(only.id));
  }

  return async (request, response, id) => {
    const scope = scopeOf(request);
    const approval = await approvals.load(scope, id);
    const performed = await perform(scope, id);
    if (performed.outcome === 'late') return false;
    if (performed.outcome === 'reset') await handReset(request, response, performed);
    else if (performed.outcome === 'file') await sendFile(request, response, approval.subject);
    else handChange(request, response, approval);
    return true;
  };
}
