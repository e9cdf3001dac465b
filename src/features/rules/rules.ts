import { ownChoiceNames, ownNumberNames, type OwnRules } from '../../domain/own-rules.ts';
import type { RuleChange } from '../../domain/activity.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Stores } from '../../stores.ts';

export type RulesFeature = ReturnType<typeof createRules>;

const names = [...ownNumberNames, ...ownChoiceNames];

/** What a tenant decides for itself, within its region's rules. */
export function createRules({ stores, clock }: { stores: Stores; clock: () => number }) {
  return {
    /** Replaces the tenant's own rules and records what changed; it holds from everybody's next request. */
    set: (scope: Scope, next: OwnRules): Promise<void> =>
      stores.transaction(async (within) => {
        await within.tenants.lock(scope);
        const before = (await within.tenants.findOwn(scope))?.ownRules ?? {};
        const changes = names
          .filter((rule) => before[rule] !== next[rule])
          .map((rule): RuleChange => ({ rule, from: before[rule] ?? null, to: next[rule] ?? null }));
        if (changes.length === 0) return;
        await within.tenants.setOwnRules(scope, next);
        await within.activity.record(scope, { kind: 'tenant.rulesChanged', rules: changes }, null, clock());
      }),
  };
}
