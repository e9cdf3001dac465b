import {
  boundsOf,
  choiceRules,
  numericRuleNames,
  numericRules,
  stricterChoices,
  type ChoiceRule,
  type NumericRule,
  type TenantRule,
  type TenantRules,
} from '../../domain/tenant-rules.ts';
import type { RegionRules } from '../../domain/regions.ts';

/** The groups of rules on the rules page, in display order. */
export const ruleGroups = {
  passwords: ['secondFactor', 'passwordLength', 'attempts', 'handOver', 'temporaryPasswordHours', 'linkHours'],
  sessions: ['idleMinutes', 'absoluteHours'],
  users: ['administratorsManagedBy', 'restoreWindowDays'],
  twoAdministrators: ['resetGlobalAdmin', 'giveGlobalAdmin', 'export', 'deleteMany', 'deleteMoreThan'],
  files: ['usersExport', 'logExport'],
  support: ['supportAccess', 'supportHours'],
} as const satisfies Readonly<Record<string, readonly TenantRule[]>>;

type RuleGroup = keyof typeof ruleGroups;

/** Numbers that only the region sets. They are shown at the end of their group. */
const regionOnlyNumbers: Readonly<
  Partial<Record<RuleGroup, Readonly<Record<string, (rules: RegionRules) => number>>>>
> = {
  passwords: { changeWithinMinutes: (rules) => rules.temporaryPassword.changeWithinMinutes },
  twoAdministrators: {
    withinHours: (rules) => rules.twoAdministrators.withinHours,
    formerAdminDays: (rules) => rules.twoAdministrators.formerAdminDays,
  },
};

/** The rules whose label needs a hint. */
const rulesWithHint: ReadonlySet<TenantRule> = new Set<TenantRule>([
  ...(['secondFactor', 'handOver', 'administratorsManagedBy', 'export', 'deleteMany', 'supportAccess'] as const),
]);

/**
 * @returns the rules of a tenant by group, each with its current value, its origin, and the values that the tenant may
 * choose
 */
export function describeRules(region: RegionRules, rules: RegionRules, own: TenantRules) {
  return Object.entries(ruleGroups).map(([group, names]) => ({
    name: group,
    rules: names.map((name) => describeRule(name, region, rules, own)),
    fixed: regionOnlyRules(group as RuleGroup, region),
  }));
}

function regionOnlyRules(group: RuleGroup, region: RegionRules): { name: string; value: string; count: number }[] {
  const numbers = Object.entries(regionOnlyNumbers[group] ?? {});
  const numberRules = numbers.map(([name, of]) => ({ name, value: `rules:value.${name}`, count: of(region) }));
  return group === 'files' ? [...numberRules, { name: 'retention', ...describeRetention(region) }] : numberRules;
}

const daysOfAYear = 365;

/** @returns the retention time of the log, in years if that is a whole number and in days otherwise */
export function describeRetention({ activityLog }: RegionRules): { value: string; count: number } {
  const days = activityLog.retentionDays;
  return days % daysOfAYear === 0
    ? { value: 'rules:value.years', count: days / daysOfAYear }
    : { value: 'rules:value.days', count: days };
}

const isNumber = (name: TenantRule): name is NumericRule => Object.hasOwn(numericRules, name);

function describeRule(name: TenantRule, region: RegionRules, rules: RegionRules, own: TenantRules) {
  const origin = { name, hint: rulesWithHint.has(name), own: own[name] ?? '' };
  if (isNumber(name)) return { ...origin, ...describeNumber(name, region, rules, own) };
  const of = choiceRules[name].of;
  // An export that is performed elsewhere is not shown as forbidden. The table of responsibilities names the place.
  const elsewhere = name === 'usersExport' && rules.operations['users.export'].at === 'elsewhere';
  const value = elsewhere ? 'policy:elsewhere.title' : `account-settings:rules.choice.${name}.${of(rules)}`;
  const regionValue = `account-settings:rules.choice.${name}.${of(region)}`;
  const choices = stricterChoices(name, region);
  return {
    ...origin,
    kind: 'choice',
    value,
    regionValue,
    choices,
    ...originOf(name, of(rules), of(region), own),
  } as const;
}

function describeNumber(name: NumericRule, region: RegionRules, rules: RegionRules, own: TenantRules) {
  const { of } = numericRules[name];
  const value = of(rules);
  const regionValue = of(region);
  return {
    name,
    kind: 'number',
    value,
    regionValue,
    ...boundsOf(name, region),
    ...originOf(name, value, regionValue, own),
  } as const;
}

/** @returns each number that a tenant may make stricter, with its current value and its origin */
export const describeNumbers = (region: RegionRules, rules: RegionRules, own: TenantRules) =>
  numericRuleNames.map((name) => describeNumber(name, region, rules, own));

const originOf = <Value>(name: NumericRule | ChoiceRule, value: Value, region: Value, own: TenantRules) => ({
  from: own[name] !== undefined && value !== region ? ('own' as const) : ('region' as const),
});
