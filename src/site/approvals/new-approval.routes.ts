import type { Request, Response } from 'express';
import { Failure } from '../../domain/errors.ts';
import type { PageFault } from '../http/page-options.ts';
import { approvalPath, paths, userPath } from '../http/paths.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { readOwnRulesForm } from '../rules/rules.forms.ts';
import { type Throttle, tenantsStore } from '../../core/accounts/index.ts';
import type { Approvals, ApprovalRequirement, RequestedApproval } from '../../core/approvals/index.ts';
import { reasonForm, requestForm } from './approvals.forms.ts';
import { requestPreview, approvalsBreadcrumbs } from './view-models.ts';
import { targetStateOf, approvalRuleOf } from '../../domain/approval-actions.ts';
import { tenantRuleNames } from '../../domain/tenant-rules.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import type { NewApprovalPage } from './approvals.views.ts';

type NoApprovalNeeded = Exclude<ApprovalRequirement, { outcome: 'approvalRequired' }>;

export interface NewApprovalRoutesDependencies {
  readonly database: Database;
  readonly approvals: Approvals;
  readonly throttle: Pick<Throttle, 'requireBudget'>;
  readonly regionRules: RegionRules;
  readonly answerRefusal: AnswerRefusal;
}

/**
 * Creates the routes of the form for requesting an approval. The form shows the action and the possible approvers, and
 * asks for a reason.
 */
export function newApprovalRoutes(deps: NewApprovalRoutesDependencies): Route[] {
  const handlers = bind(deps, { showForm, submit });
  return [
    {
      method: 'get',
      path: paths.newApproval,
      access,
      handle: (request, response) => handlers.showForm(request, response, []),
    },
    {
      method: 'post',
      path: paths.newApproval,
      access,
      form: {
        keeps: ['act', 'user', 'format', 'of', 'kind', 'from', 'to', ...tenantRuleNames, 'reason'],
        needsInput: true,
        changes: { notNeeded: 'adds a request, which expires if its users or rules change before it is performed' },
      },
      handle: handlers.submit,
    },
  ];
}

async function readRequest(
  deps: NewApprovalRoutesDependencies,
  request: Request,
): Promise<{ wish: RequestedApproval; fields: [string, string][] }> {
  const { regionRules, database } = deps;
  const isTyped = request.method === 'POST' || request.restored !== undefined;
  const given: unknown = isTyped ? request.body : request.query;
  const { act, user, format, of, kind, from, to } = requestForm.parse(given ?? {});
  if (act === null) throw new Failure('badRequest');
  const fields: [string, string | null][] = [['act', act], ...user.map((id): [string, string] => ['user', id])];
  // Only a deletion can affect several users.
  const wish: RequestedApproval = { act, userIds: act === 'delete' ? user : user.slice(0, 1) };
  const nonEmptyFields = (more: readonly [string, string | null][]) =>
    [...fields, ...more].filter((field): field is [string, string] => (field[1] ?? '') !== '');
  if (act === 'exportLog') {
    const part = { user: of, kind, from, to };
    const more = nonEmptyFields([['format', format], ...Object.entries({ of, kind, from, to })]);
    return { wish: { ...wish, log: { format, part } }, fields: more };
  }
  if (act !== 'loosenRules') return { wish, fields: nonEmptyFields([]) };
  const { own: next, typed, faults } = readOwnRulesForm(given, regionRules);
  if (faults.length > 0) throw new Failure('badRequest');
  const before = (await tenantsStore.findOwn(database, scopeOf(request)))?.ownRules ?? {};
  return { wish: { ...wish, own: { before, next } }, fields: nonEmptyFields(Object.entries(typed)) };
}

async function showForm(
  deps: NewApprovalRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[],
  status?: number,
) {
  const { approvals } = deps;
  const scope = scopeOf(request);
  const { wish, fields } = await readRequest(deps, request);
  const outlook = await approvals.checkRequirement(scope, wish);
  if (outlook.outcome !== 'approvalRequired') return redirectOrRefuse(deps, request, response, wish, outlook);
  const { users, eligible: confirmers, dependent } = outlook;
  const typed = (request.body as { reason?: unknown } | undefined)?.reason;
  const model: NewApprovalPage = {
    ...requestPreview(scope, wish.act, { ...wish, users }, users),
    fields,
    approvers: confirmers,
    ineligible: dependent,
    reason: typeof typed === 'string' ? typed : '',
    requiredBy: requiredBy(deps, wish),
    withinHours: scope.rules.twoAdministrators.withinHours,
    backHref: backHrefOf(wish),
  };
  const options = { title: 'approvals:ask.title', breadcrumbs: approvalsBreadcrumbs, faults };
  response.page('approvals/new', model, { ...options, ...(status ? { status } : {}) });
}

// Determines why approval is required: because of the region's rule, because of a stricter rule of the tenant, or
// (`loosens`) because relaxing an approval rule always requires approval.
function requiredBy(
  deps: NewApprovalRoutesDependencies,
  { act }: RequestedApproval,
): 'region' | 'organization' | 'loosens' {
  const { regionRules } = deps;
  if (act === 'loosenRules') return 'loosens';
  return regionRules.twoAdministrators.for.includes(approvalRuleOf[act]) ? 'region' : 'organization';
}

async function redirectOrRefuse(
  deps: NewApprovalRoutesDependencies,
  request: Request,
  response: Response,
  wish: RequestedApproval,
  outlook: NoApprovalNeeded,
): Promise<void> {
  const { answerRefusal } = deps;
  if (outlook.outcome === 'refused') return answerRefusal(request, response, outlook.decision, 'approvals.view');
  // The action requires no approval, perhaps because the rules have changed, so redirect to the page that offers it.
  response.redirect(303, backHrefOf(wish));
}

async function submit(deps: NewApprovalRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { throttle, approvals } = deps;
  const { values, faults } = readForm(reasonForm, request.body);
  if (values === null) return showForm(deps, request, response, faults);
  const { wish } = await readRequest(deps, request);
  await throttle.requireBudget(scopeOf(request), 'approval');
  const result = await approvals.request(scopeOf(request), wish, values.reason);
  if (result.outcome === 'noApprover') return showForm(deps, request, response, [], 409);
  if (result.outcome === 'tooMany')
    return showForm(deps, request, response, [{ field: 'reason', key: 'approvals:error.tooMany' }]);
  if (result.outcome === 'allowed' || result.outcome === 'refused')
    return redirectOrRefuse(deps, request, response, wish, result);
  request.session.notice = { kind: 'success', key: 'approvals:notice.asked' };
  response.redirect(303, approvalPath(result.id));
}

const access = 'approvals.view';

/** @returns the page that offers the action directly */
function backHrefOf({ act, userIds }: RequestedApproval): string {
  const [only, ...others] = userIds;
  if (act === 'exportLog') return paths.activityLog;
  if (act === 'loosenRules') return paths.rules;
  if (act === 'restore') return paths.deletedUsers;
  return targetStateOf[act] === undefined || only === undefined || others.length > 0 ? paths.users : userPath(only);
}
