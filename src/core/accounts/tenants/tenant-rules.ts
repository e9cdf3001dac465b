import type { RuleChange } from '../../../domain/activity/event.ts';
import { Failure } from '../../../domain/errors.ts';
import {
  newApprovalRules,
  weakensApproval,
  tenantRulesFault,
  tenantRuleNames,
  effectiveRules,
  invalidRulesIn,
  type TenantRule,
  type TenantRules,
} from '../../../domain/tenant-rules.ts';
import { may, maySetRules } from '../../../domain/policy.ts';
import type { RegionRules } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import { lockTenantAndRecheck } from '../sessions/recheck-under-lock.ts';
import { activityStore } from '../../activity/index.ts';
import { hasApprovers } from '../users/remaining-approvers.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { rejectFaults } from '../../../domain/validation.ts';
import type { Denial } from '../../../domain/policy-decision.ts';

export type TenantRulesFeature = ReturnType<typeof createTenantRules>;

const names = tenantRuleNames;

/**
 * @returns the changes between two versions of the rules that a tenant has set. A value of null means that the region's
 * rule applies
 */
export const changesBetween = (before: TenantRules, next: TenantRules): RuleChange[] =>
  names
    .filter((rule) => before[rule] !== next[rule])
    .map((rule) => ({ rule, from: before[rule] ?? null, to: next[rule] ?? null }));

export interface TenantRulesDependencies {
  readonly database: Database;
  readonly regionRules: RegionRules;
  readonly clock: () => number;
}

/**
 * Like `set`, but within a transaction that already holds the tenant's lock, and without requiring another
 * administrator's approval. Replaces all of the tenant's own rules.
 */
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

/** The result of saving the form for the tenant's own rules. */
export type SetRulesOutcome =
  /** `merged`: whether rules that someone else changed in the meantime kept their new values. */
  | { readonly outcome: 'saved'; readonly merged: boolean }
  /**
   * Nothing was saved, because `next`, which includes other users' changes, requires another administrator's approval.
   */
  | { readonly outcome: 'refused'; readonly decision: Denial; readonly next: TenantRules }
  /** Nothing was saved, because these rules require approval, and no two Global admins can approve each other's requests. */
  | { readonly outcome: 'noApprovers'; readonly rules: readonly TenantRule[] }
  /** Nothing was saved, because the sender may not have seen the current values of these rules. */
  | { readonly outcome: 'conflict'; readonly rules: readonly TenantRule[]; readonly complete: boolean };

/**
 * Changes the tenant's own rules and records the changes. They apply from the next request on.
 * @param next the rules as submitted
 * @param seen the tenant's own rules that were rendered into the form; only rules that differ from them are changed.
 * Null if the form does not include them: every rule that differs from the stored one is then a conflict. Undefined to
 * replace all rules
 * @throws Failure forbidden if the actor may not change rules, badRequest if a rule is unknown or less strict than the
 * region's
 */
export async function set(
  deps: TenantRulesDependencies,
  scope: Scope,
  next: TenantRules,
  seen?: TenantRules | null,
): Promise<SetRulesOutcome> {
  const { database, clock, regionRules } = deps;
  rejectFaults(tenantRulesFault(next, regionRules));
  return database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const stored = (await tenantsStore.findOwn(tx, scope))?.ownRules ?? {};
    const rules = conflictsIn(next, seen, stored);
    if (rules.length > 0) return { outcome: 'conflict', rules, complete: seen !== null };
    const merged = mergedWith(next, seen ?? stored, stored);
    const [before, after] = [effectiveRules(regionRules, stored), effectiveRules(regionRules, merged)];
    const decision = maySetRules(scope, weakensApproval(before, after));
    const needsApproval = !decision.allowed && decision.because === 'secondAdministrator';
    if (needsApproval) return { outcome: 'refused', decision, next: merged };
    const added = newApprovalRules(before, after);
    if (decision.allowed && added.length > 0 && !(await hasApprovers(tx, scope, clock())))
      return { outcome: 'noApprovers', rules: added };
    await setWithin(deps, tx, scope, merged);
    if (!decision.allowed) return { outcome: 'refused', decision, next: merged };
    return { outcome: 'saved', merged: changesBetween(next, merged).length > 0 };
  });
}

const changedNames = (before: TenantRules, next: TenantRules): TenantRule[] =>
  changesBetween(before, next).map(({ rule }) => rule);

function conflictsIn(next: TenantRules, seen: TenantRules | null | undefined, stored: TenantRules): TenantRule[] {
  if (seen === undefined) return [];
  if (seen === null) return changedNames(stored, next);
  const changedByOthers = changedNames(seen, stored);
  return changedNames(seen, next).filter((rule) => changedByOthers.includes(rule) && next[rule] !== stored[rule]);
}

/** @returns the stored rules with the sender's changes to the rules in the form */
function mergedWith(next: TenantRules, seen: TenantRules, stored: TenantRules): TenantRules {
  const own = changedNames(seen, next);
  const merged = names.map((rule) => [rule, own.includes(rule) ? next[rule] : stored[rule]] as const);
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

/** The rules that a tenant sets, which can only be stricter than its region's. */
export const createTenantRules = (deps: TenantRulesDependencies) => bind(deps, { isAllowedByRegion, setWithin, set });
