import type { RuleChange } from '../../../domain/activity/event.ts';
import { Failure } from '../../../domain/errors.ts';
import {
  weakensApproval,
  tenantRulesFault,
  choiceRuleNames,
  numericRuleNames,
  effectiveRules,
  invalidRulesIn,
  type TenantRules,
} from '../../../domain/tenant-rules.ts';
import { may, maySetRules } from '../../../domain/policy.ts';
import type { RegionRules } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import { lockTenantAndRecheck } from '../sessions/recheck-under-lock.ts';
import { activityStore } from '../../activity/index.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { rejectFaults } from '../../../domain/validation.ts';
import type { PolicyDecision } from '../../../domain/policy-decision.ts';

export type TenantRulesFeature = ReturnType<typeof createTenantRules>;

const names = [...numericRuleNames, ...choiceRuleNames];

/**
 * @returns the changes between two versions of the rules that a tenant has set. A value of null means that the region's
 * rule applies
 */
export const changesBetween = (before: TenantRules, next: TenantRules): RuleChange[] =>
  names
    .filter((rule) => before[rule] !== next[rule])
    .map((rule) => ({ rule, from: before[rule] ?? null, to: next[rule] ?? null }));

/** Serializes the rules that a tenant has set, for a field of the form that detects concurrent changes. */
export const serializeOwnRules = (own: TenantRules): string => JSON.stringify(own);

export interface TenantRulesDependencies {
  readonly database: Database;
  readonly regionRules: RegionRules;
  readonly clock: () => number;
}

/** Like `set`, within a transaction that holds the tenant's lock, after another administrator's approval. */
export async function setWithin(
  deps: TenantRulesDependencies,
  tx: Database,
  scope: Scope,
  next: TenantRules,
): Promise<void> {
  const { regionRules, clock } = deps;
  if (!may(scope, 'accountSettings.edit').allowed) throw new Failure('forbidden');
  rejectFaults(tenantRulesFault(next, regionRules));
  const before = (await tenantsStore.findOwn(tx, scope))?.ownRules ?? {};
  const changes = changesBetween(before, next);
  if (changes.length === 0) return;
  await tenantsStore.setOwnRules(tx, scope, next);
  await activityStore.record(tx, scope, { kind: 'tenant.rulesChanged', rules: changes }, null, clock());
}

/** @returns whether the region's rules allow a tenant to have these rules */
export function isAllowedByRegion(deps: TenantRulesDependencies, own: TenantRules): boolean {
  const { regionRules } = deps;
  return invalidRulesIn(own, regionRules).length === 0;
}

/**
 * Replaces the tenant's own rules and records the changes. The new rules apply to the next request.
 * @param seen the serialized own rules that the form was rendered with, if known
 * @returns the decision of the policy, or `meanwhile` if the rules have changed since the form was rendered. Nothing is
 * saved in that case, or if the change requires another administrator's approval
 * @throws Failure forbidden if the actor may not change rules, badRequest if a rule is unknown or less strict than the
 * region's
 */
export async function set(
  deps: TenantRulesDependencies,
  scope: Scope,
  next: TenantRules,
  seen: string | null = null,
): Promise<PolicyDecision | 'meanwhile'> {
  const { database, clock, regionRules } = deps;
  rejectFaults(tenantRulesFault(next, regionRules));
  return database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const before = (await tenantsStore.findOwn(tx, scope))?.ownRules ?? {};
    if (seen !== null && seen !== serializeOwnRules(before)) return 'meanwhile';
    const loosens = weakensApproval(effectiveRules(regionRules, before), effectiveRules(regionRules, next));
    const decision = maySetRules(scope, loosens);
    if (decision.allowed || decision.because !== 'secondAdministrator') await setWithin(deps, tx, scope, next);
    return decision;
  });
}

/** The rules that a tenant sets, which can only be stricter than its region's. */
export const createTenantRules = (deps: TenantRulesDependencies) => bind(deps, { isAllowedByRegion, setWithin, set });
