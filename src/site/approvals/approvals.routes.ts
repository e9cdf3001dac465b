import type { Request, Response } from 'express';
import { Failure } from '../../domain/errors.ts';
import type { PageFault } from '../http/page-options.ts';
import { approvalPath, paths } from '../http/paths.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { describeHandover, type CredentialIssuer, usersStore } from '../../core/accounts/index.ts';
import { findExpiryReason, canSee, findApprovers, type Approvals, approvalsStore } from '../../core/approvals/index.ts';
import { answerForm } from './approvals.forms.ts';
import { formerAmong, shown, inApprovals, inSettings } from './page.ts';
import { targetStateOf } from '../../domain/approval-actions.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import type { ApprovalPage, ApprovalsPage } from './approvals.views.ts';
import { actingUserId } from '../../domain/principal.ts';

export interface ApprovalsRoutesDependencies {
  readonly database: Database;
  readonly approvals: Approvals;
  readonly credentialIssuer: CredentialIssuer;
  readonly answerRefusal: AnswerRefusal;
  readonly clock: () => number;
}

/** What administrators have asked each other, and the answers. */
export function approvalsRoutes(deps: ApprovalsRoutesDependencies): Route[] {
  const handlers = bind(deps, { list, show, answer });
  return [
    { method: 'get', path: paths.approvals, access, handle: handlers.list },
    { method: 'get', path: paths.approval, access, handle: (request, response) => handlers.show(request, response) },
    { method: 'post', path: paths.approval, access, handle: handlers.answer },
  ];
}

async function list(deps: ApprovalsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { clock, database } = deps;
  const scope = scopeOf(request);
  const now = clock();
  const seen = (await approvalsStore.list(database, scope)).filter((each) => canSee(scope, each));
  const rows = seen.map((each) => shown(scope, each, now));
  const model: ApprovalsPage = {
    waiting: rows.filter(({ waits }) => waits),
    ended: rows.filter(({ waits }) => !waits),
    rules: scope.rules.twoAdministrators,
  };
  response.page('approvals/list', model, { title: 'approvals:title', breadcrumbs: inSettings });
}

async function show(
  deps: ApprovalsRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[] = [],
  status?: number,
): Promise<void> {
  const { approvals, database, clock, credentialIssuer } = deps;
  const scope = scopeOf(request);
  const found = await approvals.load(scope, idOf(request));
  const waits = found.state === 'open' || found.state === 'confirmed';
  // Said as it is, also where nobody has written it down yet.
  const expiredBy = waits ? await findExpiryReason(database, scope, found, clock()) : null;
  const approval = shown(scope, expiredBy === null ? found : { ...found, state: 'lapsed', expiredBy }, clock());
  const ids = found.subject.users.map(({ id }) => id);
  const present =
    ids.length > 0 ? await usersStore.findMany(database, scope, ids, targetStateOf[found.act] ?? 'present') : [];
  const typed = (request.body as { remark?: unknown } | undefined)?.remark;
  const handOver = found.act === 'resetPassword' ? describeHandover(scope, credentialIssuer) : null;
  const open = approval.state === 'open';
  const { eligible, dependent } = open
    ? await findApprovers(database, scope, found, clock())
    : { eligible: [], dependent: [] };
  const depends = dependent.some(({ id }) => id === actingUserId(scope));
  const model: ApprovalPage = {
    approval,
    depends,
    confirmers: eligible,
    dependent,
    handOver,
    users: present,
    former: formerAmong(scope, found.act, present),
    remark: typeof typed === 'string' ? typed : '',
  };
  const options = { title: `approvals:act.${found.act}`, breadcrumbs: inApprovals, faults };
  response.page('approvals/show', model, { ...options, ...(status ? { status } : {}) });
}

async function answer(deps: ApprovalsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { approvals, answerRefusal } = deps;
  const scope = scopeOf(request);
  const { id } = await approvals.load(scope, idOf(request));
  const { values, faults } = readForm(answerForm, request.body);
  if (values === null) return show(deps, request, response, faults);
  const { move, remark } = values;
  if (move === null) throw new Failure('badRequest');
  if (move === 'withdraw') return finish(deps, request, response, 'withdrawn', await approvals.withdraw(scope, id));
  const result = await approvals.decide(scope, id, move, remark);
  if (result === 'ownRequest' || result === 'dependent')
    return answerRefusal(request, response, { allowed: false, because: result }, 'approvals.decide');
  return finish(deps, request, response, move, result === 'decided');
}

function finish(
  deps: ApprovalsRoutesDependencies,
  request: Request,
  response: Response,
  what: string,
  inTime: boolean,
): Promise<void> | void {
  if (!inTime) return show(deps, request, response, [], 409);
  request.session.notice = { kind: 'success', key: `approvals:notice.${what}` };
  response.redirect(303, approvalPath(idOf(request)));
}

const access = 'approvals.view';

const idOf = (request: Request): string => String(request.params.approvalId);
