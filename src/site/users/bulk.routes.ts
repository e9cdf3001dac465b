import type { Request, Response } from 'express';
import { conflict, Failure, notFound } from '../../domain/errors.ts';
import { may } from '../../domain/policy.ts';
import { paths } from '../http/paths.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import {
  describeHandover,
  type CredentialIssuer,
  policyActionOf,
  findApprovalRequirement,
  partitionTargets,
  type BulkAction,
  type BulkChange,
  type BulkOutcome,
  type BulkReset,
} from '../../core/accounts/index.ts';
import { type HandOverSheet, shownOnce } from './hand-over.ts';
import { lookOf } from './bulk-look.ts';
import { bulkForm, bulkResetForm } from './users.forms.ts';
import { inList } from './view-models.ts';
import type { Notice } from '../http/page-options.ts';
import type { BulkConfirmPage } from './users.views.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

export interface BulkRoutesDependencies {
  readonly database: Database;
  readonly change: BulkChange;
  readonly reset: BulkReset;
  readonly credentialIssuer: CredentialIssuer;
  readonly sheet: HandOverSheet;
  readonly answerRefusal: AnswerRefusal;
  readonly clock: () => number;
}

/** What is done to many users at once: a page that says to whom, and one button. */
export function bulkRoutes(deps: BulkRoutesDependencies): Route[] {
  const handlers = bind(deps, { confirm, run, runReset });
  return [
    { method: 'get', path: paths.bulkUsers, access: 'users.list', handle: handlers.confirm },
    { method: 'post', path: paths.bulkUsers, access: 'users.list', handle: handlers.run },
    { method: 'post', path: paths.bulkReset, access: 'users.resetPassword', handle: handlers.runReset },
  ];
}

async function confirm(deps: BulkRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { answerRefusal, database, clock, credentialIssuer } = deps;
  const scope = scopeOf(request);
  const { values, faults } = readForm(bulkForm, request.query);
  if (values === null) return sayNothingToDo(response, faults[0]?.key ?? 'users:bulk.error.nobody');
  const action = knownAction(values.action);
  const decision = may(scope, policyActionOf(action));
  if (!decision.allowed) return answerRefusal(request, response, decision);
  const { done, skipped } = await partitionTargets(database, scope, action, values.user);
  if (done.length + skipped.length === 0) throw notFound();
  const second = await findApprovalRequirement(database, scope, action, done, clock());
  if (second) return answerRefusal(request, response, second);
  const { restoreWindowDays } = scope.rules;
  const { danger, icon, label } = lookOf(action);
  const model: BulkConfirmPage = {
    action,
    danger,
    icon,
    restoreWindowDays,
    users: done,
    left: skipped.map(shownLeft),
    handOver: describeHandover(scope, credentialIssuer),
    back: backTo(action),
  };
  response.page('users/bulk-confirm', model, { title: label, breadcrumbs: inList });
}

async function run(deps: BulkRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { answerRefusal, change } = deps;
  const { values, faults } = readForm(bulkForm, request.body);
  if (values === null) return sayNothingToDo(response, faults[0]?.key ?? 'users:bulk.error.nobody');
  const action = knownAction(values.action);
  if (action === 'reset') throw new Failure('badRequest');
  const decision = may(scopeOf(request), policyActionOf(action));
  if (!decision.allowed) return answerRefusal(request, response, decision, policyActionOf(action));
  const outcome = await change(scopeOf(request), action, values.user);
  if (outcome.approvalRequired) return answerRefusal(request, response, outcome.approvalRequired);
  if (outcome.done.length + outcome.skipped.length === 0) throw notFound();
  request.session.notice = noticeOf(action, outcome);
  response.redirect(303, backTo(action));
}

// As with one user, the clear texts go into this one body and nowhere else.
async function runReset(deps: BulkRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { reset, sheet } = deps;
  const scope = scopeOf(request);
  const { values, faults } = readForm(bulkResetForm, request.body);
  if (values === null) return sayNothingToDo(response, faults[0]?.key ?? 'users:bulk.error.nobody');
  const outcome = await reset(scope, values.target);
  if (outcome.outcome === 'throttled') throw new Failure('throttled', { retryAfter: outcome.retryAfter });
  if (outcome.outcome === 'noMail') throw conflict('link.noMail');
  const { issued } = outcome;
  const left = outcome.skipped.map(shownLeft);
  if (issued.length + left.length === 0) throw notFound();
  const way = issued[0]?.credential ?? null;
  const status = issued.length === 0 ? 409 : 200;
  const frame = { title: lookOf('reset').label, breadcrumbs: inList, status } as const;
  if (way?.handover === 'mailedLink') return response.page('links/bulk-mailed', { hands: issued, left, way }, frame);
  response.set('Referrer-Policy', 'no-referrer');
  const hands = issued.map(({ user, credential }) => ({
    user,
    way: shownOnce(credential),
    sheet: sheet(scope, user, credential),
  }));
  const secret = { scripts: ['reveal.js'], fleeting: issued.length > 0 };
  response.page('users/bulk-reveal', { hands, left, way }, { ...frame, ...secret });
}

function shownLeft({ user, because, isFormerGlobalAdmin }: BulkOutcome['skipped'][number]) {
  if (isFormerGlobalAdmin) return { user, reason: 'users:bulk.because.formerGlobalAdmin' };
  const isOwn = because === 'unchanged' || because === 'meanwhile';
  return { user, reason: isOwn ? `users:bulk.because.${because}` : `policy:${because}.title` };
}

function sayNothingToDo(response: Response, key: string): void {
  response.page('users/bulk-nobody', { text: key }, { title: 'users:bulk.title', breadcrumbs: inList, status: 422 });
}

function knownAction(action: BulkAction | null): BulkAction {
  if (action === null) throw new Failure('badRequest');
  return action;
}

const backTo = (action: BulkAction): string => (action === 'restore' ? paths.deletedUsers : paths.users);

function noticeOf(action: BulkAction, { done, skipped }: BulkOutcome): Notice {
  if (done.length === 0) return { kind: 'warning', key: 'users:bulk.none' };
  const values = { count: done.length };
  if (skipped.length > 0) return { kind: 'warning', key: 'users:bulk.partly', values };
  return { kind: 'success', key: `users:bulk.done.${action}`, values };
}
