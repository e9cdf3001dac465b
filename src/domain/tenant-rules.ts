import type { CodedError } from './errors.ts';
import { approvalRules, handoverModes, secondFactorScopes, type ApprovalRule, type RegionRules } from './regions.ts';

/** Where a region's number stands, and which side of it is stricter. */
interface NumericRuleSpec {
  readonly of: (rules: RegionRules) => number;
  readonly stricter: 'less' | 'more';
}

/** The choices that a rule knows, from the loosest to the strictest, and which of them a region made. */
interface ChoiceRuleSpec {
  readonly choices: readonly string[];
  readonly of: (rules: RegionRules) => string;
}

/** In the order in which the page shows them. */
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

const oneOrTwo = (act: ApprovalRule): ChoiceRuleSpec => ({
  choices: ['one', 'two'],
  of: (rules) => (rules.twoAdministrators.for.includes(act) ? 'two' : 'one'),
});
const permissions = ['allowed', 'forbidden'];

export const choiceRules = {
  administratorsManagedBy: {
    choices: ['userManagers', 'globalAdmins'],
    of: (rules) => rules.administratorsManagedBy,
  },
  secondFactor: { choices: secondFactorScopes, of: (rules) => rules.secondFactor },
  handOver: { choices: handoverModes, of: (rules) => rules.handOver.by },
  resetGlobalAdmin: oneOrTwo('resetGlobalAdmin'),
  giveGlobalAdmin: oneOrTwo('giveGlobalAdmin'),
  export: oneOrTwo('export'),
  deleteMany: oneOrTwo('deleteMany'),
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

/** What a tenant decides for itself. Each can only be stricter than its region; what is absent is the region's. */
export type TenantRules = Readonly<
  Partial<Record<NumericRule, number | undefined>> & Partial<Record<ChoiceRule, string | undefined>>
>;

export const numericRuleNames = Object.keys(numericRules) as NumericRule[];
export const choiceRuleNames = Object.keys(choiceRules) as ChoiceRule[];

/** @returns the smallest and the largest number that a tenant may set: its region's is one end of them */
export function boundsOf(name: NumericRule, rules: RegionRules): { least: number; most: number } {
  const { of, stricter }: NumericRuleSpec = numericRules[name];
  if (name === 'attempts' && rules.throttle.fixed) return { least: of(rules), most: of(rules) };
  // No longer than three quarters of the longest: a password that hardly fits is no password that people choose.
  const longest = Math.floor((rules.password.maximumLength * 3) / 4);
  return stricter === 'less' ? { least: 1, most: of(rules) } : { least: of(rules), most: longest };
}

/** @returns the choices that are stricter than the region's own, from the loosest of them to the strictest */
export function stricterChoices(name: ChoiceRule, rules: RegionRules): readonly string[] {
  const { choices, of }: ChoiceRuleSpec = choiceRules[name];
  return choices.slice(choices.indexOf(of(rules)) + 1);
}

/** @returns the names in a tenant's own rules that a region does not let it have: unknown, looser, or no such choice */
export const invalidRulesIn = (own: TenantRules, rules: RegionRules): string[] =>
  Object.entries(own)
    .filter(([name, value]) => value !== undefined && !fits(name, value, rules))
    .map(([name]) => name);

/** @returns the first of a tenant's own rules that a region does not let it have, as an error; null where all fit */
export function tenantRulesFault(own: TenantRules, rules: RegionRules): CodedError | null {
  const [rule] = invalidRulesIn(own, rules);
  if (rule === undefined) return null;
  if (!isNumberName(rule)) return { code: 'field.unknownValue', parameters: { field: rule } };
  const { least, most } = boundsOf(rule, rules);
  return { code: 'rule.outOfBounds', parameters: { rule, least, most } };
}

function fits(name: string, value: number | string, rules: RegionRules): boolean {
  const { least, most } = isNumberName(name) ? boundsOf(name, rules) : { least: 1, most: 0 };
  if (typeof value === 'number') return Number.isInteger(value) && value >= least && value <= most;
  return isChoiceName(name) && stricterChoices(name, rules).includes(value);
}

const isNumberName = (name: string): name is NumericRule => Object.hasOwn(numericRules, name);
const isChoiceName = (name: string): name is ChoiceRule => Object.hasOwn(choiceRules, name);

const made = new WeakMap<RegionRules, WeakMap<TenantRules, RegionRules>>();

/**
 * The same answer for the same two objects, made once: it is asked for with every request.
 * @returns the region's rules with the tenant's own where those are stricter: never looser, whatever was kept
 */
export function effectiveRules(rules: RegionRules, own: TenantRules): RegionRules {
  let ofRegion = made.get(rules);
  if (ofRegion === undefined) made.set(rules, (ofRegion = new WeakMap()));
  let result = ofRegion.get(own);
  if (result === undefined) ofRegion.set(own, (result = tighten(rules, own)));
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
    const kept = own[name];
    // What was kept may be anything: a text would make this no number at all, which nothing is compared to.
    const wanted = typeof kept === 'number' && Number.isInteger(kept) ? kept : numericRules[name].of(rules);
    return Math.min(most, Math.max(least, wanted));
  };
  const choice = <Name extends ChoiceRule>(name: Name): ChoiceOf<Name> => {
    const kept = own[name] ?? '';
    return (stricterChoices(name, rules).includes(kept) ? kept : choiceRules[name].of(rules)) as ChoiceOf<Name>;
  };
  const { throttle, operations } = rules;
  const exporting = choice('usersExport') === 'allowed' ? {} : forbidden(rules);
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

/** @returns whether something would need one administrator that needs two, or more may be deleted without a second one */
export function weakensApproval(now: RegionRules, next: RegionRules): boolean {
  const [before, after] = [now.twoAdministrators, next.twoAdministrators];
  if (before.for.some((act) => !after.for.includes(act))) return true;
  return before.for.includes('deleteMany') && after.deleteMoreThan > before.deleteMoreThan;
}

// Where the region has another place for it already, that place stays.
function forbidden({ operations }: RegionRules): Partial<RegionRules['operations']> {
  return operations['users.export'].at === 'here' ? { 'users.export': { at: 'nobody' } } : {};
}
