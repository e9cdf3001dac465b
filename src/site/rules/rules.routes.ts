import type { Request, Response } from 'express';
import { may } from '../../domain/policy.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { tenantRuleNames, type TenantRule } from '../../domain/tenant-rules.ts';
import { findChangeTo } from '../http/conflict.ts';
import type { ConflictingField, FormConflict } from '../http/view-models.ts';
import type { PageFault } from '../http/page-options.ts';
import { newApprovalPath, paths } from '../http/paths.ts';
import { scopeOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import { describeRules } from './rule-descriptions.ts';
import { ruleValueText } from './rule-values.ts';
import {
  readOwnRulesForm,
  readSeenRules,
  readTypedRules,
  serializeOwnRules,
  typedRulesOf,
  type TypedRules,
} from './rules.forms.ts';
import { hasApprovers, type TenantRulesFeature, tenantsStore } from '../../core/accounts/index.ts';
import { activityStore } from '../../core/activity/index.ts';
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

/** A form that is shown again with what was typed. */
interface ReturnedRules {
  readonly typed?: Partial<TypedRules>;
  /** The serialized rules that the page showed when it was opened; if absent, the stored rules are used. */
  readonly seen?: string;
  readonly faults?: readonly PageFault[];
  readonly conflict?: FormConflict;
  readonly status?: number;
}

/** Creates the routes of the page that shows the current rules and the form for the tenant's stricter rules. */
export function rulesRoutes(deps: RulesRoutesDependencies): Route[] {
  const handlers = bind(deps, { showForm, save });
  return [
    {
      method: 'get',
      path: paths.rules,
      access: 'accountSettings.view',
      handle: (request, response) =>
        handlers.showForm(request, response, request.restored ? asTyped(request.body) : {}),
    },
    {
      method: 'post',
      path: paths.rules,
      access: 'accountSettings.edit',
      form: { keeps: ['seen', ...tenantRuleNames], changes: { comparedBy: ['seen'] } },
      handle: handlers.save,
    },
  ];
}

// The form keeps the values that the page showed when it was opened, so that later changes by other users are detected.
function asTyped(body: unknown): ReturnedRules {
  const seen = readSeenRules(body);
  return { typed: readTypedRules(body), ...(seen ? { seen: serializeOwnRules(seen) } : {}) };
}

async function showForm(
  deps: RulesRoutesDependencies,
  request: Request,
  response: Response,
  { typed, seen, faults = [], conflict, status }: ReturnedRules,
): Promise<void> {
  const { database, regionRules } = deps;
  const scope = scopeOf(request);
  const own = (await tenantsStore.findOwn(database, scope))?.ownRules ?? {};
  const stored = new Map(conflict?.fields.map((each) => [each.field, each.stored]));
  const groups = describeRules(regionRules, scope.rules, own).map(({ rules: some, ...group }) => ({
    ...group,
    rules: some.map((rule) => ({
      ...rule,
      typed: typed?.[rule.name] ?? String(rule.own),
      stored: stored.get(rule.name),
    })),
  }));
  const canEdit = may(scope, 'accountSettings.edit').allowed;
  const model: RulesPage = {
    groups,
    region: regionRules,
    canEdit,
    lacksApprovers: canEdit && !(await hasApprovers(database, scope, scope.now)),
    seen: seen ?? serializeOwnRules(own),
    conflict: conflict ?? null,
  };
  const options = { title: 'account-settings:rules.title', breadcrumbs, faults };
  response.page('rules/rules', model, {
    ...options,
    ...(conflict ? { status: 409 } : {}),
    ...(status ? { status } : {}),
  });
}

async function save(deps: RulesRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { regionRules, rules } = deps;
  const seen = readSeenRules(request.body);
  const { own, faults } = readOwnRulesForm(request.body, regionRules, seen);
  if (faults.length > 0) return showForm(deps, request, response, { ...asTyped(request.body), faults });
  const result = await rules.set(scopeOf(request), own, seen);
  if (result.outcome === 'conflict') {
    const conflict = { complete: result.complete, fields: await conflictingFields(deps, request, result) };
    const typed = seen === null ? readTypedRules(request.body) : changedBySender(request.body, seen);
    return showForm(deps, request, response, { typed, conflict });
  }
  if (result.outcome === 'noApprovers') {
    const noApprovers = result.rules.map((field): PageFault => ({ field, code: 'rule.noApprovers' }));
    return showForm(deps, request, response, { ...asTyped(request.body), faults: noApprovers, status: 409 });
  }
  // Pass the rules to the approval request: they take effect only after another administrator has approved them.
  if (result.outcome === 'refused')
    return response.redirect(303, newApprovalPath('loosenRules', [], typedRulesOf(result.next)));
  const key = result.merged ? 'account-settings:rules.merged' : 'account-settings:rules.saved';
  request.session.notice = { kind: 'success', key };
  response.redirect(303, paths.rules);
}

/**
 * Returns the typed values of the fields that the sender changed. The other fields show the stored values, so that
 * submitting the form again does not overwrite them.
 */
function changedBySender(body: unknown, seen: Parameters<typeof typedRulesOf>[0]): Partial<TypedRules> {
  const shown = typedRulesOf(seen);
  const changed = Object.entries(readTypedRules(body)).filter(([name, value]) => value !== shown[name as TenantRule]);
  return Object.fromEntries(changed);
}

async function conflictingFields(
  { database }: RulesRoutesDependencies,
  request: Request,
  { rules, complete }: { rules: readonly TenantRule[]; complete: boolean },
): Promise<ConflictingField[]> {
  const scope = scopeOf(request);
  const own = (await tenantsStore.findOwn(database, scope))?.ownRules ?? {};
  const entries = complete ? await activityStore.latestChangesOfRules(database, scope) : [];
  return rules.map((rule) => ({
    field: rule,
    label: `account-settings:rules.label.${rule}`,
    stored: ruleValueText(rule, own[rule] ?? null),
    change: findChangeTo(
      entries,
      own[rule] ?? null,
      ({ event }) =>
        event.kind === 'tenant.rulesChanged' ? event.rules.find((change) => change.rule === rule) : undefined,
      (value) => ruleValueText(rule, value),
    ),
  }));
}
