import type { RuleChange } from '../../domain/activity.ts';
import { Failure } from '../../domain/errors.ts';
import { ownChoiceNames, ownNumberNames, unfitIn, type OwnRules } from '../../domain/own-rules.ts';
import { may } from '../../domain/policy.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Stores } from '../../stores.ts';

export type RulesFeature = ReturnType<typeof createRules>;

const names = [...ownNumberNames, ...ownChoiceNames];

/** What a tenant decides for itself, within its region's rules. */
export function createRules(parts: { stores: Stores; regionRules: RegionRules; clock: () => number }) {
  const { stores, regionRules, clock } = parts;
  return {
    /**
     * Replaces the tenant's own rules and records what changed; it holds from everybody's next request.
     * @throws Failure forbidden for whoever may not, badRequest for what is no rule, or not stricter than the region
     */
    set: async (scope: Scope, next: OwnRules): Promise<void> => {
      if (!may(scope, 'accountSettings.edit').allowed) throw new Failure('forbidden');
      if (unfitIn(next, regionRules).length > 0) throw new Failure('badRequest');
      await stores.transaction(async (within) => {
        await within.tenants.lock(scope);
        const before = (await within.tenants.findOwn(scope))?.ownRules ?? {};
        const changes = names
          .filter((rule) => before[rule] !== next[rule])
          .map((rule): RuleChange => ({ rule, from: before[rule] ?? null, to: next[rule] ?? null }));
        if (changes.length === 0) return;
        await within.tenants.setOwnRules(scope, next);
        await within.activity.record(scope, { kind: 'tenant.rulesChanged', rules: changes }, null, clock());
      });
    },
  };
}
