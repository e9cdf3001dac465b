import type { Request, Response } from 'express';
import { conflict, Failure, notFound } from '../../domain/errors.ts';
import { may } from '../../domain/policy.ts';
import type { Activity } from '../../domain/activity/event.ts';
import type { User } from '../../domain/people/user.ts';
import type { Scope } from '../../domain/scope.ts';
import { activityStore } from '../../core/activity/index.ts';
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
import { type CreateHandoverSheet, revealedCredential } from './handover.ts';
import { buttonStyleOf } from './bulk-buttons.ts';
import { readSeenUsers } from './seen-user.ts';
import { bulkForm, bulkResetForm } from './users.forms.ts';
import { userListBreadcrumbs } from './view-models.ts';
import type { PageNotice } from '../http/page-options.ts';
import type { BulkConfirmPage } from './users.views.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

export interface BulkRoutesDependencies {
  readonly database: Database;
  readonly change: BulkChange;
  readonly reset: BulkReset;
  readonly credentialIssuer: CredentialIssuer;
  readonly sheet: CreateHandoverSheet;
  readonly answerRefusal: AnswerRefusal;
  readonly clock: () => number;
}

/** Creates the routes of bulk actions on users. A confirmation page lists the users before the action is performed. */
export function bulkRoutes(deps: BulkRoutesDependencies): Route[] {
  const handlers = bind(deps, { confirm, run, runReset });
  return [
    {
      method: 'get',
      path: paths.bulkUsers,
      access: 'users.list',
      handle: (request, response) =>
        handlers.confirm(request, response, request.restored ? request.body : request.query),
    },
    {
      method: 'post',
      path: paths.bulkUsers,
      access: 'users.list',
      form: { keeps: ['action', 'user'], needsInput: true, changes: { comparedBy: ['seen'] } },
      handle: handlers.run,
    },
    {
      method: 'post',
      path: paths.bulkReset,
      access: 'users.resetPassword',
      form: { page: paths.bulkUsers, keeps: ['action', 'user'], needsInput: true, changes: { comparedBy: ['target'] } },
      handle: handlers.runReset,
    },
  ];
}

/** @param changed the users who were changed in the meantime, which is why a bulk action was not performed */
async function confirm(
  deps: BulkRoutesDependencies,
  request: Request,
  response: Response,
  given: unknown,
  changed: readonly User[] = [],
): Promise<void> {
  const { answerRefusal, database, clock, credentialIssuer } = deps;
  const scope = scopeOf(request);
  const { values, faults } = readForm(bulkForm, given);
  if (values === null) return answerEmptySelection(response, faults[0]?.key ?? 'users:bulk.error.emptySelection');
  const action = requiredAction(values.action);
  const decision = may(scope, policyActionOf(action));
  if (!decision.allowed) return answerRefusal(request, response, decision);
  const { done, skipped } = await partitionTargets(database, scope, action, values.user, clock());
  if (done.length + skipped.length === 0) throw notFound();
  const second = await findApprovalRequirement(database, scope, action, done, clock());
  if (second) return answerRefusal(request, response, second);
  const { restoreWindowDays } = scope.rules;
  const { danger, icon, label } = buttonStyleOf(action);
  const model: BulkConfirmPage = {
    action,
    danger,
    icon,
    restoreWindowDays,
    users: done,
    skipped: skipped.map(skippedUser),
    handOver: describeHandover(scope, credentialIssuer),
    backHref: returnHrefFor(action),
    changes: await changesOf(database, scope, changed),
  };
  const status = changed.length > 0 ? { status: 409 } : {};
  response.page('users/bulk-confirm', model, { title: label, breadcrumbs: userListBreadcrumbs, ...status });
}

const changesOf = (database: Database, scope: Scope, users: readonly User[]): Promise<Activity[]> =>
  users.length === 0
    ? Promise.resolve([])
    : activityStore.latestChangesOfState(
        database,
        scope,
        users.map(({ id }) => id),
      );

async function run(deps: BulkRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { answerRefusal, change } = deps;
  const { values, faults } = readForm(bulkForm, request.body);
  if (values === null) return answerEmptySelection(response, faults[0]?.key ?? 'users:bulk.error.emptySelection');
  const action = requiredAction(values.action);
  if (action === 'reset') throw new Failure('badRequest');
  const decision = may(scopeOf(request), policyActionOf(action));
  if (!decision.allowed) return answerRefusal(request, response, decision, policyActionOf(action));
  const outcome = await change(scopeOf(request), action, values.user, readSeenUsers(request.body));
  if (outcome.changed) return confirm(deps, request, response, request.body, outcome.changed);
  if (outcome.approvalRequired) return answerRefusal(request, response, outcome.approvalRequired);
  if (outcome.done.length + outcome.skipped.length === 0) throw notFound();
  request.session.notice = noticeOf(action, outcome);
  response.redirect(303, returnHrefFor(action));
}

// The clear text appears only in this response body, as for the reset of a single password.
async function runReset(deps: BulkRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { reset, sheet } = deps;
  const scope = scopeOf(request);
  const { values, faults } = readForm(bulkResetForm, request.body);
  if (values === null) return answerEmptySelection(response, faults[0]?.key ?? 'users:bulk.error.emptySelection');
  const outcome = await reset(scope, values.target);
  if (outcome.outcome === 'throttled') throw new Failure('throttled', { retryAfter: outcome.retryAfter });
  if (outcome.outcome === 'noMail') throw conflict('link.noMail');
  const { issued } = outcome;
  const skipped = outcome.skipped.map(skippedUser);
  if (issued.length + skipped.length === 0) throw notFound();
  const credential = issued[0]?.credential ?? null;
  const status = issued.length === 0 ? 409 : 200;
  const options = { title: buttonStyleOf('reset').label, breadcrumbs: userListBreadcrumbs, status } as const;
  if (credential?.handover === 'mailedLink')
    return response.page('links/bulk-mailed', { handovers: issued, skipped, credential }, options);
  response.set('Referrer-Policy', 'no-referrer');
  const handovers = issued.map(({ user, credential }) => ({
    user,
    credential: revealedCredential(credential),
    sheet: sheet(scope, user, credential),
  }));
  const revealOptions = { scripts: ['reveal.js'], showsSecretOnce: issued.length > 0 };
  response.page('users/bulk-reveal', { handovers, skipped, credential }, { ...options, ...revealOptions });
}

function skippedUser({ user, because, isFormerGlobalAdmin }: BulkOutcome['skipped'][number]) {
  if (isFormerGlobalAdmin) return { user, reason: 'users:bulk.because.formerGlobalAdmin' };
  const isOwn = because === 'unchanged' || because === 'meanwhile' || because === 'lastApprovers';
  return { user, reason: isOwn ? `users:bulk.because.${because}` : `policy:${because}.title` };
}

function answerEmptySelection(response: Response, key: string): void {
  response.page(
    'users/bulk-empty',
    { text: key },
    { title: 'users:bulk.title', breadcrumbs: userListBreadcrumbs, status: 422 },
  );
}

function requiredAction(action: BulkAction | null): BulkAction {
  if (action === null) throw new Failure('badRequest');
  return action;
}

const returnHrefFor = (action: BulkAction): string => (action === 'restore' ? paths.deletedUsers : paths.users);

function noticeOf(action: BulkAction, { done, skipped }: BulkOutcome): PageNotice {
  if (done.length === 0) return { kind: 'warning', key: 'users:bulk.none' };
  const values = { count: done.length };
  if (skipped.length > 0) return { kind: 'warning', key: 'users:bulk.partly', values };
  return { kind: 'success', key: `users:bulk.done.${action}`, values };
}
