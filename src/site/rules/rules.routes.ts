import type { Request, Response } from 'express';
import { may } from '../../domain/policy.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { PageFault } from '../http/page-options.ts';
import { newApprovalPath, paths } from '../http/paths.ts';
import { scopeOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import { describeRules } from './rule-descriptions.ts';
import { readOwnRulesForm, seenForm, type TypedRules } from './rules.forms.ts';
import { serializeOwnRules, type TenantRulesFeature, tenantsStore } from '../../core/accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import type { RulesPage } from './rules.views.ts';

const breadcrumbs = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.accountSettings, label: 'common:terms.accountSettings' },
];

export interface RulesRoutesDependencies {
  readonly database: Database;
  readonly regionRules: RegionRules;
  readonly rules: TenantRulesFeature;
}

/** Creates the routes of the page that shows the current rules and the form for the tenant's stricter rules. */
export function rulesRoutes(deps: RulesRoutesDependencies): Route[] {
  const handlers = bind(deps, { showForm, save });
  return [
    {
      method: 'get',
      path: paths.rules,
      access: 'accountSettings.view',
      handle: (request, response) => handlers.showForm(request, response, []),
    },
    { method: 'post', path: paths.rules, access: 'accountSettings.edit', handle: handlers.save },
  ];
}

async function showForm(
  deps: RulesRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[],
  typed?: TypedRules,
  isStale = false,
): Promise<void> {
  const { database, regionRules } = deps;
  const scope = scopeOf(request);
  const own = (await tenantsStore.findOwn(database, scope))?.ownRules ?? {};
  const groups = describeRules(regionRules, scope.rules, own).map(({ rules: some, ...group }) => ({
    ...group,
    rules: some.map((rule) => ({ ...rule, typed: typed?.[rule.name] ?? String(rule.own) })),
  }));
  const seen = serializeOwnRules(own);
  const canEdit = may(scope, 'accountSettings.edit').allowed;
  const model: RulesPage = { groups, region: regionRules, canEdit, seen, isStale };
  const options = { title: 'account-settings:rules.title', breadcrumbs, faults };
  response.page('rules/rules', model, { ...options, ...(isStale ? { status: 409 } : {}) });
}

async function save(deps: RulesRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { regionRules, rules } = deps;
  const { typed, own, faults } = readOwnRulesForm(request.body, regionRules);
  if (faults.length > 0) return showForm(deps, request, response, faults, typed);
  const decision = await rules.set(scopeOf(request), own, seenForm.parse(request.body).seen);
  // The form then shows the current rules, so that submitting it again is a deliberate change.
  if (decision === 'meanwhile') return showForm(deps, request, response, [], typed, true);
  // The submitted rules become part of the approval request and take effect only when another administrator approves
  // them.
  if (!decision.allowed) return response.redirect(303, newApprovalPath('loosenRules', [], typed));
  request.session.notice = { kind: 'success', key: 'account-settings:rules.saved' };
  response.redirect(303, paths.rules);
}
