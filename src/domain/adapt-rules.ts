import type { RegionRules } from './regions.ts';
import {
  choiceRuleNames,
  choiceRules,
  effectiveRules,
  numericRuleNames,
  numericRules,
  type TenantRule,
  type TenantRules,
} from './tenant-rules.ts';

/**
 * @returns the tenant's rules, adapted to another region: numbers are limited to the region's bounds, and rules that
 * are not stricter than the region's are omitted
 */
export function adaptRules(own: TenantRules, rules: RegionRules): TenantRules {
  const effective = effectiveRules(rules, own);
  const adapted: [TenantRule, number | string][] = [];
  for (const name of numericRuleNames) {
    const value = numericRules[name].of(effective);
    if (own[name] !== undefined && value !== numericRules[name].of(rules)) adapted.push([name, value]);
  }
  for (const name of choiceRuleNames) {
    const value = choiceRules[name].of(effective);
    if (own[name] !== undefined && value !== choiceRules[name].of(rules)) adapted.push([name, value]);
  }
  return Object.fromEntries(adapted);
}
