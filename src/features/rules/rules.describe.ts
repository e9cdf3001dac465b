import {
  boundsOf,
  ownChoiceNames,
  ownChoices,
  ownNumberNames,
  ownNumbers,
  stricterThan,
  type OwnRule,
  type OwnRules,
} from '../../domain/own-rules.ts';
import type { RegionRules } from '../../domain/regions.ts';

/** @returns each number that a tenant may tighten: what holds, what the region says, and who decided */
export function describeNumbers(region: RegionRules, rules: RegionRules, own: OwnRules) {
  return ownNumberNames.map((name) => ({
    name,
    ...boundsOf(name, region),
    ...decided(name, ownNumbers[name].of(rules), ownNumbers[name].of(region), own),
  }));
}

/** @returns each choice that a tenant may tighten: what holds, what is stricter than the region's, and who decided */
export function describeChoices(region: RegionRules, rules: RegionRules, own: OwnRules) {
  return ownChoiceNames.map((name) => ({
    name,
    stricter: stricterThan(name, region),
    ...decided(name, ownChoices[name].of(rules), ownChoices[name].of(region), own),
  }));
}

function decided<Value>(name: OwnRule, value: Value, region: Value, own: OwnRules) {
  return { value, region, from: own[name] !== undefined && value !== region ? 'own' : 'region' };
}
