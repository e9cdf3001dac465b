import type { CodedError } from './errors.ts';
import { approvalRules, handoverModes, secondFactorScopes, type ApprovalRule, type RegionRules } from './regions.ts';

/** Describes a numeric rule: its value in a region's rules, and whether smaller or larger numbers are stricter. */
interface NumericRuleSpec {
  readonly of: (rules: RegionRules) => number;
  readonly stricter: 'less' | 'more';
}

/** Describes a rule with choices: the choices from least to most strict, and the choice in a region's rules. */
interface ChoiceRuleSpec {
  readonly choices: readonly string[];
  readonly of: (rules: RegionRules) => string;
}

/** The numeric rules that a tenant can make stricter, in the order in which the page lists them. */
export const numericRules = {
  temporaryPasswordHours: { of: (rules) => rules.temporaryPassword.lifetimeHours, stricter: 'less' },
  linkHours: { of: (rules) => rules.handOver.linkHours, stricter: 'less' },
  passwordLength: { of: (rules) => rules.password.minimumLength, stricter: 'more' },
  attempts: { of: (rules) => rules.throttle.perAccountAndAddress.attempts, stricter: 'less' },
  idleMinutes: { of: (rules) => rules.session.idleMinutes, stricter: 'less' },
  absoluteHours: { of: (rules) => rules.session.absoluteHours, stricter: 'less' },
  restoreWindowDays: { of: (rules) => rules.restoreWindowDays, stricter: 'less' },
  deleteMoreThan: { of: (rules) => rules.twoAdministrators.deleteMoreThan, stricter: 'less' },
  supportHours: { of: (rules) => rules.supportAccess.longestHours, stricter: 'less' },
} as const satisfies Readonly<Record<string, NumericRuleSpec>>;

const approvalChoice = (rule: ApprovalRule): ChoiceRuleSpec => ({
  choices: ['one', 'two'],
  of: (rules) => (rules.twoAdministrators.for.includes(rule) ? 'two' : 'one'),
});
const permissions = ['allowed', 'forbidden'];

/** The rules with choices that a tenant can make stricter. */
export const choiceRules = {
  administratorsManagedBy: {
    choices: ['userManagers', 'globalAdmins'],
    of: (rules) => rules.administratorsManagedBy,
  },
  secondFactor: { choices: secondFactorScopes, of: (rules) => rules.secondFactor },
  handOver: { choices: handoverModes, of: (rules) => rules.handOver.by },
  resetGlobalAdmin: approvalChoice('resetGlobalAdmin'),
  giveGlobalAdmin: approvalChoice('giveGlobalAdmin'),
  export: approvalChoice('export'),
  deleteMany: approvalChoice('deleteMany'),
  usersExport: {
    choices: permissions,
    of: (rules) => (rules.operations['users.export'].at === 'here' ? 'allowed' : 'forbidden'),
  },
  logExport: { choices: permissions, of: (rules) => rules.activityLog.export },
  supportAccess: { choices: permissions, of: (rules) => rules.supportAccess.grant },
} as const satisfies Readonly<Record<string, ChoiceRuleSpec>>;

export type NumericRule = keyof typeof numericRules;
export type ChoiceRule = keyof typeof choiceRules;
export type TenantRule = NumericRule | ChoiceRule;
type ChoiceOf<Name extends ChoiceRule> = ReturnType<(typeof choiceRules)[Name]['of']>;

/**
 * The rules that a tenant has set. They can only be stricter than the region's rules, which apply wherever the tenant
 * has not set a rule.
 */
export type TenantRules = Readonly<
  Partial<Record<NumericRule, number | undefined>> & Partial<Record<ChoiceRule, string | undefined>>
>;

export const numericRuleNames = Object.keys(numericRules) as NumericRule[];
export const choiceRuleNames = Object.keys(choiceRules) as ChoiceRule[];
export const tenantRuleNames: readonly TenantRule[] = [...numericRuleNames, ...choiceRuleNames];

/** @returns the range of numbers that a tenant may set. The region's number is one end of the range. */
export function boundsOf(name: NumericRule, rules: RegionRules): { least: number; most: number } {
  const { of, stricter }: NumericRuleSpec = numericRules[name];
  if (name === 'attempts' && rules.throttle.fixed) return { least: of(rules), most: of(rules) };
  // At most three quarters of the maximum length, so that users have room to choose.
  const maxMinimumLength = Math.floor((rules.password.maximumLength * 3) / 4);
  return stricter === 'less' ? { least: 1, most: of(rules) } : { least: of(rules), most: maxMinimumLength };
}

/** @returns the choices that are stricter than the region's, from least to most strict */
export function stricterChoices(name: ChoiceRule, rules: RegionRules): readonly string[] {
  const { choices, of }: ChoiceRuleSpec = choiceRules[name];
  return choices.slice(choices.indexOf(of(rules)) + 1);
}

/**
 * @returns the names of tenant rules that are not valid in a region, because they are unknown, less strict than the
 * region's, or not a possible value
 */
export const invalidRulesIn = (own: TenantRules, rules: RegionRules): string[] =>
  Object.entries(own)
    .filter(([name, value]) => value !== undefined && !isValid(name, value, rules))
    .map(([name]) => name);

/** @returns an error for the first tenant rule that is not valid in a region; null if all are valid */
export function tenantRulesFault(own: TenantRules, rules: RegionRules): CodedError | null {
  const [rule] = invalidRulesIn(own, rules);
  if (rule === undefined) return null;
  if (!isNumberName(rule)) return { code: 'field.unknownValue', parameters: { field: rule } };
  const { least, most } = boundsOf(rule, rules);
  return { code: 'rule.outOfBounds', parameters: { rule, least, most } };
}

function isValid(name: string, value: number | string, rules: RegionRules): boolean {
  const { least, most } = isNumberName(name) ? boundsOf(name, rules) : { least: 1, most: 0 };
  if (typeof value === 'number') return Number.isInteger(value) && value >= least && value <= most;
  return isChoiceName(name) && stricterChoices(name, rules).includes(value);
}

const isNumberName = (name: string): name is NumericRule => Object.hasOwn(numericRules, name);
const isChoiceName = (name: string): name is ChoiceRule => Object.hasOwn(choiceRules, name);

const cache = new WeakMap<RegionRules, WeakMap<TenantRules, RegionRules>>();

/**
 * @returns the region's rules with the stricter rules of the tenant. Stored values that are less strict are ignored.
 * The result is cached per pair of objects, because every request needs it.
 */
export function effectiveRules(rules: RegionRules, own: TenantRules): RegionRules {
  let byTenant = cache.get(rules);
  if (byTenant === undefined) cache.set(rules, (byTenant = new WeakMap()));
  let result = byTenant.get(own);
  if (result === undefined) byTenant.set(own, (result = tighten(rules, own)));
  return result;
}

function tighten(rules: RegionRules, own: TenantRules): RegionRules {
  const result = apply(rules, own);
  const numbers = numericRuleNames.filter((name) => numericRules[name].of(result) !== numericRules[name].of(rules));
  const choices = choiceRuleNames.filter((name) => choiceRules[name].of(result) !== choiceRules[name].of(rules));
  const names = new Set<string>([...numbers, ...choices]);
  return names.size === 0 ? result : { ...result, tightened: names };
}

function apply(rules: RegionRules, own: TenantRules): RegionRules {
  const number = (name: NumericRule): number => {
    const { least, most } = boundsOf(name, rules);
    const stored = own[name];
    // Stored JSON values can have any type. A string would become NaN, and every comparison with NaN is false.
    const value = typeof stored === 'number' && Number.isInteger(stored) ? stored : numericRules[name].of(rules);
    return Math.min(most, Math.max(least, value));
  };
  const choice = <Name extends ChoiceRule>(name: Name): ChoiceOf<Name> => {
    const stored = own[name] ?? '';
    return (stricterChoices(name, rules).includes(stored) ? stored : choiceRules[name].of(rules)) as ChoiceOf<Name>;
  };
  const { throttle, operations } = rules;
  const exporting = choice('usersExport') === 'allowed' ? {} : withoutUsersExport(rules);
  return {
    ...rules,
    operations: { ...operations, ...exporting },
    administratorsManagedBy: choice('administratorsManagedBy'),
    temporaryPassword: { ...rules.temporaryPassword, lifetimeHours: number('temporaryPasswordHours') },
    password: { ...rules.password, minimumLength: number('passwordLength') },
    throttle: { ...throttle, perAccountAndAddress: { ...throttle.perAccountAndAddress, attempts: number('attempts') } },
    session: { idleMinutes: number('idleMinutes'), absoluteHours: number('absoluteHours') },
    restoreWindowDays: number('restoreWindowDays'),
    secondFactor: choice('secondFactor'),
    handOver: { by: choice('handOver'), linkHours: number('linkHours') },
    twoAdministrators: {
      ...rules.twoAdministrators,
      for: approvalRules.filter((act) => choice(act) === 'two'),
      deleteMoreThan: number('deleteMoreThan'),
    },
    activityLog: { ...rules.activityLog, export: choice('logExport') },
    supportAccess: { grant: choice('supportAccess'), longestHours: number('supportHours') },
  };
}

/**
 * @returns whether a change of rules removes an approval requirement, raises the limit on deletions without approval,
 * or lets more administrators approve
 */
export function weakensApproval(now: RegionRules, next: RegionRules): boolean {
  const [before, after] = [now.twoAdministrators, next.twoAdministrators];
  const removes = before.for.some((act) => !after.for.includes(act));
  const raises = before.for.includes('deleteMany') && after.deleteMoreThan > before.deleteMoreThan;
  const admits = now.administratorsManagedBy === 'globalAdmins' && next.administratorsManagedBy === 'userManagers';
  return removes || raises || (before.for.length > 0 && admits);
}

/** @returns the rules of a tenant that now require approval for an action that did not require it before */
export function newApprovalRules(now: RegionRules, next: RegionRules): TenantRule[] {
  const [before, after] = [now.twoAdministrators, next.twoAdministrators];
  const added: TenantRule[] = after.for.filter((act) => !before.for.includes(act));
  const isLower = after.for.includes('deleteMany') && after.deleteMoreThan < before.deleteMoreThan;
  return isLower ? [...added, 'deleteMoreThan'] : added;
}

// Makes exports unavailable, unless the region already places them elsewhere.
function withoutUsersExport({ operations }: RegionRules): Partial<RegionRules['operations']> {
  return operations['users.export'].at === 'here' ? { 'users.export': { at: 'nobody' } } : {};
}
