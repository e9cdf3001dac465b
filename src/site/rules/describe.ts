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

/** What belongs together on the page of the rules, in the order in which it stands there. */
export const ruleGroups = {
  passwords: ['secondFactor', 'passwordLength', 'attempts', 'handOver', 'temporaryPasswordHours', 'linkHours'],
  sessions: ['idleMinutes', 'absoluteHours'],
  users: ['administratorsManagedBy', 'restoreWindowDays'],
  twoAdministrators: ['resetGlobalAdmin', 'giveGlobalAdmin', 'export', 'deleteMany', 'deleteMoreThan'],
  files: ['usersExport', 'logExport'],
  support: ['supportAccess', 'supportHours'],
} as const satisfies Readonly<Record<string, readonly TenantRule[]>>;

type RuleGroup = keyof typeof ruleGroups;

/** Those of a region alone, at the end of their group. */
const fixedNumbers: Readonly<Partial<Record<RuleGroup, Readonly<Record<string, (rules: RegionRules) => number>>>>> = {
  passwords: { changeWithinMinutes: (rules) => rules.temporaryPassword.changeWithinMinutes },
  twoAdministrators: { withinHours: (rules) => rules.twoAdministrators.withinHours },
};

/** Choices whose name does not say by itself what follows from them. */
const explained: ReadonlySet<TenantRule> = new Set<TenantRule>([
  ...(['secondFactor', 'handOver', 'administratorsManagedBy', 'export', 'deleteMany', 'supportAccess'] as const),
]);

/** What a tenant under a region is shown of its rules, group by group: what holds, who decided, what it may choose. */
export function describeRules(region: RegionRules, rules: RegionRules, own: TenantRules) {
  return Object.entries(ruleGroups).map(([group, names]) => ({
    name: group,
    rules: names.map((name) => describeRule(name, region, rules, own)),
    fixed: fixedIn(group as RuleGroup, region),
  }));
}

function fixedIn(group: RuleGroup, region: RegionRules): { name: string; value: string; count: number }[] {
  const numbers = Object.entries(fixedNumbers[group] ?? {});
  const some = numbers.map(([name, of]) => ({ name, value: `rules:value.${name}`, count: of(region) }));
  return group === 'files' ? [...some, { name: 'retention', ...describeRetention(region) }] : some;
}

const daysOfAYear = 365;

/** @returns for how long the log is kept, in years where that is a round number */
export function describeRetention({ activityLog }: RegionRules): { value: string; count: number } {
  const days = activityLog.retentionDays;
  return days % daysOfAYear === 0
    ? { value: 'rules:value.years', count: days / daysOfAYear }
    : { value: 'rules:value.days', count: days };
}

const isNumber = (name: TenantRule): name is NumericRule => Object.hasOwn(numericRules, name);

function describeRule(name: TenantRule, region: RegionRules, rules: RegionRules, own: TenantRules) {
  const origin = { name, hint: explained.has(name), own: own[name] ?? '' };
  if (isNumber(name)) return { ...origin, ...describeNumber(name, region, rules, own) };
  const of = choiceRules[name].of;
  // What is done at another place is not forbidden: the table of what is done where names the place.
  const elsewhere = name === 'usersExport' && rules.operations['users.export'].at === 'elsewhere';
  const value = elsewhere ? 'policy:elsewhere.title' : `account-settings:rules.choice.${name}.${of(rules)}`;
  const kept = `account-settings:rules.choice.${name}.${of(region)}`;
  const choices = stricterChoices(name, region);
  return { ...origin, kind: 'choice', value, kept, choices, ...decided(name, of(rules), of(region), own) } as const;
}

function describeNumber(name: NumericRule, region: RegionRules, rules: RegionRules, own: TenantRules) {
  const { of } = numericRules[name];
  const value = of(rules);
  const kept = of(region);
  return { name, kind: 'number', value, kept, ...boundsOf(name, region), ...decided(name, value, kept, own) } as const;
}

/** @returns each number that a tenant may tighten: what holds, and who decided */
export const describeNumbers = (region: RegionRules, rules: RegionRules, own: TenantRules) =>
  numericRuleNames.map((name) => describeNumber(name, region, rules, own));

const decided = <Value>(name: NumericRule | ChoiceRule, value: Value, region: Value, own: TenantRules) => ({
  from: own[name] !== undefined && value !== region ? ('own' as const) : ('region' as const),
});
