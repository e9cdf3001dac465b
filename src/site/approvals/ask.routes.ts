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
import { reasonForm, wishForm } from './approvals.forms.ts';
import { wishShown, inApprovals } from './page.ts';
import { targetStateOf, approvalRuleOf } from '../../domain/approval-actions.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import type { AskPage } from './approvals.views.ts';

type Answered = Exclude<ApprovalRequirement, { outcome: 'approvalRequired' }>;

export interface AskRoutesDependencies {
  readonly database: Database;
  readonly approvals: Approvals;
  readonly throttle: Pick<Throttle, 'requireBudget'>;
  readonly regionRules: RegionRules;
  readonly answerRefusal: AnswerRefusal;
}

/** Asking another administrator: a page that says what for and who they could be, and takes a reason. */
export function askRoutes(deps: AskRoutesDependencies): Route[] {
  const handlers = bind(deps, { ask, send });
  return [
    {
      method: 'get',
      path: paths.newApproval,
      access,
      handle: (request, response) => handlers.ask(request, response, []),
    },
    { method: 'post', path: paths.newApproval, access, handle: handlers.send },
  ];
}

async function wishOf(
  deps: AskRoutesDependencies,
  request: Request,
): Promise<{ wish: RequestedApproval; fields: [string, string][] }> {
  const { regionRules, database } = deps;
  const given: unknown = request.method === 'POST' ? request.body : request.query;
  const { act, user, format, of, kind, from, to } = wishForm.parse(given ?? {});
  if (act === null) throw new Failure('badRequest');
  const fields: [string, string | null][] = [['act', act], ...user.map((id): [string, string] => ['user', id])];
  // Only a deletion is about several people at once.
  const wish: RequestedApproval = { act, userIds: act === 'delete' ? user : user.slice(0, 1) };
  const kept = (more: readonly [string, string | null][]) =>
    [...fields, ...more].filter((field): field is [string, string] => (field[1] ?? '') !== '');
  if (act === 'exportLog') {
    const part = { user: of, kind, from, to };
    const more = kept([['format', format], ...Object.entries({ of, kind, from, to })]);
    return { wish: { ...wish, log: { format, part } }, fields: more };
  }
  if (act !== 'loosenRules') return { wish, fields: kept([]) };
  const { own: next, typed, faults } = readOwnRulesForm(given, regionRules);
  if (faults.length > 0) throw new Failure('badRequest');
  const before = (await tenantsStore.findOwn(database, scopeOf(request)))?.ownRules ?? {};
  return { wish: { ...wish, own: { before, next } }, fields: kept(Object.entries(typed)) };
}

async function ask(
  deps: AskRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[],
  status?: number,
) {
  const { approvals } = deps;
  const scope = scopeOf(request);
  const { wish, fields } = await wishOf(deps, request);
  const outlook = await approvals.checkRequirement(scope, wish);
  if (outlook.outcome !== 'approvalRequired') return answerOther(deps, request, response, wish, outlook);
  const { users, eligible: confirmers, dependent } = outlook;
  const typed = (request.body as { reason?: unknown } | undefined)?.reason;
  const model: AskPage = {
    ...wishShown(scope, wish.act, { ...wish, users }, users),
    fields,
    confirmers,
    dependent,
    reason: typeof typed === 'string' ? typed : '',
    because: becauseOf(deps, wish),
    withinHours: scope.rules.twoAdministrators.withinHours,
    back: backOf(wish),
  };
  const options = { title: 'approvals:ask.title', breadcrumbs: inApprovals, faults };
  response.page('approvals/ask', model, { ...options, ...(status ? { status } : {}) });
}

// Whether it is the region that asks for it, or the organization, which can be stricter.
function becauseOf(deps: AskRoutesDependencies, { act }: RequestedApproval): 'region' | 'organization' | 'loosens' {
  const { regionRules } = deps;
  if (act === 'loosenRules') return 'loosens';
  return regionRules.twoAdministrators.for.includes(approvalRuleOf[act]) ? 'region' : 'organization';
}

async function answerOther(
  deps: AskRoutesDependencies,
  request: Request,
  response: Response,
  wish: RequestedApproval,
  outlook: Answered,
): Promise<void> {
  const { answerRefusal } = deps;
  if (outlook.outcome === 'refused') return answerRefusal(request, response, outlook.decision, 'approvals.view');
  // Nobody has to be asked (any more): where it is done, there is a button for it.
  response.redirect(303, backOf(wish));
}

async function send(deps: AskRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { throttle, approvals } = deps;
  const { values, faults } = readForm(reasonForm, request.body);
  if (values === null) return ask(deps, request, response, faults);
  const { wish } = await wishOf(deps, request);
  await throttle.requireBudget(scopeOf(request), 'approval');
  const result = await approvals.request(scopeOf(request), wish, values.reason);
  if (result.outcome === 'noApprover') return ask(deps, request, response, [], 409);
  if (result.outcome === 'tooMany')
    return ask(deps, request, response, [{ field: 'reason', key: 'approvals:error.tooMany' }]);
  if (result.outcome === 'allowed' || result.outcome === 'refused')
    return answerOther(deps, request, response, wish, result);
  request.session.notice = { kind: 'success', key: 'approvals:notice.asked' };
  response.redirect(303, approvalPath(result.id));
}

const access = 'approvals.view';

/** @returns the page on which it is done without asking anybody */
function backOf({ act, userIds }: RequestedApproval): string {
  const [only, ...others] = userIds;
  if (act === 'exportLog') return paths.activityLog;
  if (act === 'loosenRules') return paths.rules;
  if (act === 'restore') return paths.deletedUsers;
  return targetStateOf[act] === undefined || only === undefined || others.length > 0 ? paths.users : userPath(only);
}
