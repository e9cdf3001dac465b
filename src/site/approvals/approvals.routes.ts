import type { Request, Response } from 'express';
import { Failure } from '../../domain/errors.ts';
import type { PageFault } from '../http/page-options.ts';
import { approvalPath, paths } from '../http/paths.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { describeHandover, type CredentialIssuer, usersStore } from '../../core/accounts/index.ts';
import { findExpiryReason, canSee, findApprovers, type Approvals, approvalsStore } from '../../core/approvals/index.ts';
import { decisionForm } from './approvals.forms.ts';
import {
  formerGlobalAdminAmong,
  approvalModel,
  approvalsBreadcrumbs,
  isPendingState,
  settingsBreadcrumbs,
} from './view-models.ts';
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

/** Creates the routes for viewing approval requests and deciding on them. */
export function approvalsRoutes(deps: ApprovalsRoutesDependencies): Route[] {
  const handlers = bind(deps, { list, show, decide });
  return [
    { method: 'get', path: paths.approvals, access, handle: handlers.list },
    { method: 'get', path: paths.approval, access, handle: (request, response) => handlers.show(request, response) },
    {
      method: 'post',
      path: paths.approval,
      access,
      form: {
        keeps: ['remark'],
        changes: { notNeeded: 'a request cannot be edited, and only an open one can be decided, once' },
      },
      handle: handlers.decide,
    },
  ];
}

async function list(deps: ApprovalsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { clock, database } = deps;
  const scope = scopeOf(request);
  const now = clock();
  const visible = (await approvalsStore.list(database, scope)).filter((each) => canSee(scope, each));
  const rows = visible.map((each) => approvalModel(scope, each, now));
  const model: ApprovalsPage = {
    pending: rows.filter(({ isPending }) => isPending),
    ended: rows.filter(({ isPending }) => !isPending),
    rules: scope.rules.twoAdministrators,
  };
  response.page('approvals/list', model, { title: 'approvals:title', breadcrumbs: settingsBreadcrumbs });
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
  const found = await approvals.load(scope, approvalIdOf(request));
  // Show a request as expired even if its expiry has not been recorded yet.
  const expiredBy = isPendingState(found.state) ? await findExpiryReason(database, scope, found, clock()) : null;
  const approval = approvalModel(scope, expiredBy === null ? found : { ...found, state: 'lapsed', expiredBy }, clock());
  const ids = found.subject.users.map(({ id }) => id);
  const affectedUsers =
    ids.length > 0 ? await usersStore.findMany(database, scope, ids, targetStateOf[found.act] ?? 'present') : [];
  const typed = (request.body as { remark?: unknown } | undefined)?.remark;
  const handOver = found.act === 'resetPassword' ? describeHandover(scope, credentialIssuer) : null;
  const isOpen = approval.state === 'open';
  const { eligible, dependent } = isOpen
    ? await findApprovers(database, scope, found, clock())
    : { eligible: [], dependent: [] };
  const isDependent = dependent.some(({ id }) => id === actingUserId(scope));
  const model: ApprovalPage = {
    approval,
    isDependent,
    approvers: eligible,
    ineligible: dependent,
    handOver,
    users: affectedUsers,
    formerGlobalAdmin: formerGlobalAdminAmong(scope, found.act, affectedUsers),
    remark: typeof typed === 'string' ? typed : '',
  };
  const options = { title: `approvals:act.${found.act}`, breadcrumbs: approvalsBreadcrumbs, faults };
  response.page('approvals/show', model, { ...options, ...(status ? { status } : {}) });
}

async function decide(deps: ApprovalsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { approvals, answerRefusal } = deps;
  const scope = scopeOf(request);
  const { id } = await approvals.load(scope, approvalIdOf(request));
  const { values, faults } = readForm(decisionForm, request.body);
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
  response.redirect(303, approvalPath(approvalIdOf(request)));
}

const access = 'approvals.view';

const approvalIdOf = (request: Request): string => String(request.params.approvalId);
