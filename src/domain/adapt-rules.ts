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
 * @returns the tenant's rules that are stricter than those of another region: numbers are limited to its bounds, and rules
 * that its own already contain are left out
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
