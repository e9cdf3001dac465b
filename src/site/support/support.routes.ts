import type { Request, Response } from 'express';
import { actingUserId } from '../../domain/principal.ts';
import { may } from '../../domain/policy.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { isGrantInForce, maxPurposeLength, supportLevels } from '../../domain/support.ts';
import type { Scope } from '../../domain/scope.ts';
import type { PageFault } from '../http/page-options.ts';
import { paths, fillPath } from '../http/paths.ts';
import { continueAfterSignIn } from '../http/continue.ts';
import { renewCsrfToken } from '../http/csrf.ts';
import type { Drafts } from '../http/drafts.ts';
import type { FormDeclaration } from '../http/form-declaration.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf, seeOther, sessionOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { type TenantGrant, type Support, supportStore } from '../../core/support/index.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { grantForm, type Typed, typedTexts } from './support.forms.ts';
import type { SupportPage } from './support.views.ts';

const breadcrumbs = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.accountSettings, label: 'common:terms.accountSettings' },
];

export interface SupportRoutesDependencies {
  readonly database: Database;
  readonly support: Support;
  readonly drafts: Drafts;
  readonly regionRules: RegionRules;
  readonly answerRefusal: AnswerRefusal;
  readonly clock: () => number;
}

const forms = {
  grant: {
    keeps: ['operator', 'purpose', 'hours', 'level'],
    changes: { notNeeded: 'adds a grant; an operator can have only one at a time' },
  },
  end: {
    page: paths.supportAccess,
    keeps: [],
    changes: { notNeeded: 'ends one grant, which cannot change before it ends; a repetition changes nothing' },
  },
  enter: {
    page: paths.dashboard,
    keeps: [],
    changes: { notNeeded: 'changes only the session of its sender; the grant is checked under the lock' },
  },
  leave: { page: paths.dashboard, keeps: [], changes: { notNeeded: 'changes only the session of its sender' } },
} as const satisfies Readonly<Record<string, FormDeclaration>>;

/**
 * Creates the routes with which administrators grant and end support access, and operators enter and leave the tenant.
 */
export function supportRoutes(deps: SupportRoutesDependencies): Route[] {
  const handlers = bind(deps, { show, grant, end, enter, leave });
  return [
    {
      method: 'get',
      path: paths.supportAccess,
      access: 'support.view',
      handle: (...both) => handlers.show(...both, [], both[0].restored ? (both[0].body as Typed) : {}),
    },
    {
      method: 'post',
      path: paths.supportAccess,
      access: 'support.grant',
      form: forms.grant,
      handle: handlers.grant,
    },
    {
      method: 'post',
      path: paths.endSupport,
      access: 'support.grant',
      form: forms.end,
      handle: handlers.end,
    },
    {
      method: 'post',
      path: paths.enterSupport,
      access: 'dashboard.view',
      form: forms.enter,
      handle: handlers.enter,
    },
    {
      method: 'post',
      path: paths.leaveSupport,
      access: 'dashboard.view',
      form: forms.leave,
      handle: handlers.leave,
    },
  ];
}

// Returns whose rule forbids support access: the region's or the tenant's own; null if it is allowed.
function forbiddenBy(deps: SupportRoutesDependencies, { rules }: Scope): 'region' | 'own' | null {
  const { regionRules } = deps;
  if (rules.supportAccess.grant === 'allowed') return null;
  return regionRules.supportAccess.grant === 'allowed' ? 'own' : 'region';
}

function grantModel(deps: SupportRoutesDependencies, grant: TenantGrant) {
  const { clock } = deps;
  return {
    ...grant,
    outcome: grant.outcome ?? (isGrantInForce(grant, clock()) ? null : 'expired'),
    endHref: fillPath(paths.endSupport, { grantId: grant.id }),
  };
}

async function show(
  deps: SupportRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[] = [],
  typed: Typed = {},
): Promise<void> {
  const { database } = deps;
  const scope = scopeOf(request);
  const { longestHours } = scope.rules.supportAccess;
  const grants = (await supportStore.list(database, scope)).map((grant) => grantModel(deps, grant));
  const model: SupportPage = {
    longestHours,
    maxPurposeLength,
    levels: supportLevels,
    typed: typedTexts(typed),
    forbiddenBy: forbiddenBy(deps, scope),
    canGrant: may(scope, 'support.grant').allowed,
    operators: await supportStore.listOperators(database),
    open: grants.filter(({ outcome }) => outcome === null),
    past: grants.filter(({ outcome }) => outcome !== null),
  };
  response.page('support/access', model, { title: 'support:title', breadcrumbs, faults });
}

async function grant(deps: SupportRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { answerRefusal, support } = deps;
  const scope = scopeOf(request);
  const { longestHours } = scope.rules.supportAccess;
  const by = forbiddenBy(deps, scope);
  if (by !== null) {
    const because = by === 'own' ? 'tenantNobody' : 'nobody';
    return answerRefusal(request, response, { allowed: false, because }, 'support.grant');
  }
  const { values, faults } = readForm(grantForm(longestHours), request.body);
  const formFaults = faults.map(({ field, key }) => ({ field, key, values: { most: longestHours } }));
  const errors = values === null ? formFaults : await support.grant(scope, values);
  if (errors.length > 0) return show(deps, request, response, errors, request.body as Typed);
  request.session.notice = { kind: 'success', key: 'support:granted' };
  await seeOther(request, response, paths.supportAccess);
}

async function end(deps: SupportRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { support } = deps;
  await support.end(scopeOf(request), grantIdOf(request));
  request.session.notice = { kind: 'success', key: 'support:ended' };
  await seeOther(request, response, paths.supportAccess);
}

async function enter(deps: SupportRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { support, drafts } = deps;
  const [scope, grantId] = [scopeOf(request), grantIdOf(request)];
  const grant = (await support.listAvailableGrants(scope)).find((each) => each.grantId === grantId);
  const refusal = await support.enter(scope, sessionOf(request).id, grantId);
  if (refusal !== null) return response.page('support/refused', { refusal }, { title: 'support:refused', status: 409 });
  renewCsrfToken(request);
  // The operator returns to the form that was interrupted when an earlier support session ended.
  const user = { userId: actingUserId(scope), tenantId: grant?.tenant.id ?? '' };
  await continueAfterSignIn(drafts, request, response, user, paths.dashboard, 'support:kept.title');
}

async function leave(deps: SupportRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { support } = deps;
  const scope = scopeOf(request);
  await support.leave(scope, sessionOf(request).id);
  if (scope.principal.kind === 'support') renewCsrfToken(request);
  await seeOther(request, response, paths.dashboard);
}

const grantIdOf = (request: Request): string => String(request.params.grantId);
