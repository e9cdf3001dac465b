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
import { lockTenantAndRecheck } from '../sessions/recheck.ts';
import { activityStore } from '../../activity/index.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { rejectFaults } from '../../../domain/validation.ts';
import type { PolicyDecision } from '../../../domain/policy-decision.ts';

export type RulesFeature = ReturnType<typeof createRules>;

const names = [...numericRuleNames, ...choiceRuleNames];

/** @returns what differs between two states of a tenant's own rules; null stands for what the region says */
export const changesBetween = (before: TenantRules, next: TenantRules): RuleChange[] =>
  names
    .filter((rule) => before[rule] !== next[rule])
    .map((rule) => ({ rule, from: before[rule] ?? null, to: next[rule] ?? null }));

/** @returns a tenant's own rules as a form carries them, to find out whether they were changed meanwhile */
export const ownRulesSeen = (own: TenantRules): string => JSON.stringify(own);

export interface RulesDependencies {
  readonly database: Database;
  readonly regionRules: RegionRules;
  readonly clock: () => number;
}

/** As `set`, within a transaction that holds the tenant's lock, and with another administrator's agreement. */
export async function setWithin(deps: RulesDependencies, tx: Database, scope: Scope, next: TenantRules): Promise<void> {
  const { regionRules, clock } = deps;
  if (!may(scope, 'accountSettings.edit').allowed) throw new Failure('forbidden');
  rejectFaults(tenantRulesFault(next, regionRules));
  const before = (await tenantsStore.findOwn(tx, scope))?.ownRules ?? {};
  const changes = changesBetween(before, next);
  if (changes.length === 0) return;
  await tenantsStore.setOwnRules(tx, scope, next);
  await activityStore.record(tx, scope, { kind: 'tenant.rulesChanged', rules: changes }, null, clock());
}

/** @returns whether the region lets a tenant have these rules. */
export function isPossible(deps: RulesDependencies, own: TenantRules): boolean {
  const { regionRules } = deps;
  return invalidRulesIn(own, regionRules).length === 0;
}

/**
 * Replaces the tenant's own rules and records what changed; it holds from everybody's next request.
 * @param seen the own rules that the actor has looked at, where that is known
 * @returns the judge's word, `meanwhile` where others hold by now: in that case, and where another administrator must
 * agree, nothing was changed
 * @throws Failure forbidden for whoever may not, badRequest for what is no rule, or not stricter than the region
 */
export async function set(
  deps: RulesDependencies,
  scope: Scope,
  next: TenantRules,
  seen: string | null = null,
): Promise<PolicyDecision | 'meanwhile'> {
  const { database, clock, regionRules } = deps;
  rejectFaults(tenantRulesFault(next, regionRules));
  return database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const before = (await tenantsStore.findOwn(tx, scope))?.ownRules ?? {};
    if (seen !== null && seen !== ownRulesSeen(before)) return 'meanwhile';
    const loosens = weakensApproval(effectiveRules(regionRules, before), effectiveRules(regionRules, next));
    const decision = maySetRules(scope, loosens);
    if (decision.allowed || decision.because !== 'secondAdministrator') await setWithin(deps, tx, scope, next);
    return decision;
  });
}

/** What a tenant decides for itself, within its region's rules. */
export const createRules = (deps: RulesDependencies) => bind(deps, { isPossible, setWithin, set });
