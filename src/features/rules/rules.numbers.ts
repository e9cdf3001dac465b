import { boundsOf, ownNumberNames, ownNumbers, type OwnRules } from '../../domain/own-rules.ts';
import type { RegionRules } from '../../domain/regions.ts';

/** @returns each number that a tenant may tighten: what holds, what the region says, and who decided */
export function describeNumbers(region: RegionRules, rules: RegionRules, own: OwnRules) {
  return ownNumberNames.map((name) => ({
    name,
    ...boundsOf(name, region),
    value: ownNumbers[name].of(rules),
    region: ownNumbers[name].of(region),
    from: own[name] !== undefined && ownNumbers[name].of(rules) !== ownNumbers[name].of(region) ? 'own' : 'region',
  }));
}
