import type { CodedError } from './errors.ts';
import { guardedActs, handOverRules, secondFactorRules, type GuardedAct, type RegionRules } from './regions.ts';

/** Where a region's number stands, and which side of it is stricter. */
interface NumberRule {
  readonly of: (rules: RegionRules) => number;
  readonly stricter: 'less' | 'more';
}

/** The choices that a rule knows, from the loosest to the strictest, and which of them a region made. */
interface ChoiceRule {
  readonly choices: readonly string[];
  readonly of: (rules: RegionRules) => string;
}

/** In the order in which the page shows them. */
export const ownNumbers = {
  temporaryPasswordHours: { of: (rules) => rules.temporaryPassword.lifetimeHours, stricter: 'less' },
  linkHours: { of: (rules) => rules.handOver.linkHours, stricter: 'less' },
  passwordLength: { of: (rules) => rules.password.minimumLength, stricter: 'more' },
  attempts: { of: (rules) => rules.throttle.perAccountAndAddress.attempts, stricter: 'less' },
  idleMinutes: { of: (rules) => rules.session.idleMinutes, stricter: 'less' },
  absoluteHours: { of: (rules) => rules.session.absoluteHours, stricter: 'less' },
  restoreWindowDays: { of: (rules) => rules.restoreWindowDays, stricter: 'less' },
  deleteMoreThan: { of: (rules) => rules.twoAdministrators.deleteMoreThan, stricter: 'less' },
  supportHours: { of: (rules) => rules.supportAccess.longestHours, stricter: 'less' },
} as const satisfies Readonly<Record<string, NumberRule>>;

const oneOrTwo = (act: GuardedAct): ChoiceRule => ({
  choices: ['one', 'two'],
  of: (rules) => (rules.twoAdministrators.for.includes(act) ? 'two' : 'one'),
});
const permissions = ['allowed', 'forbidden'];

export const ownChoices = {
  administratorsManagedBy: {
    choices: ['userManagers', 'globalAdmins'],
    of: (rules) => rules.administratorsManagedBy,
  },
  secondFactor: { choices: secondFactorRules, of: (rules) => rules.secondFactor },
  handOver: { choices: handOverRules, of: (rules) => rules.handOver.by },
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
} as const satisfies Readonly<Record<string, ChoiceRule>>;

export type OwnNumber = keyof typeof ownNumbers;
export type OwnChoice = keyof typeof ownChoices;
export type OwnRule = OwnNumber | OwnChoice;
type ChoiceOf<Name extends OwnChoice> = ReturnType<(typeof ownChoices)[Name]['of']>;

/** What a tenant decides for itself. Each can only be stricter than its region; what is absent is the region's. */
export type OwnRules = Readonly<
  Partial<Record<OwnNumber, number | undefined>> & Partial<Record<OwnChoice, string | undefined>>
>;

export const ownNumberNames = Object.keys(ownNumbers) as OwnNumber[];
export const ownChoiceNames = Object.keys(ownChoices) as OwnChoice[];

/** @returns the smallest and the largest number that a tenant may set: its region's is one end of them */
export function boundsOf(name: OwnNumber, rules: RegionRules): { least: number; most: number } {
  const { of, stricter }: NumberRule = ownNumbers[name];
  if (name === 'attempts' && rules.throttle.fixed) return { least: of(rules), most: of(rules) };
  // No longer than three quarters of the longest: a password that hardly fits is no password that people choose.
  const longest = Math.floor((rules.password.maximumLength * 3) / 4);
  return stricter === 'less' ? { least: 1, most: of(rules) } : { least: of(rules), most: longest };
}

/** @returns the choices that are stricter than the region's own, from the loosest of them to the strictest */
export function stricterThan(name: OwnChoice, rules: RegionRules): readonly string[] {
  const { choices, of }: ChoiceRule = ownChoices[name];
  return choices.slice(choices.indexOf(of(rules)) + 1);
}

/** @returns the names in a tenant's own rules that a region does not let it have: unknown, looser, or no such choice */
export const unfitIn = (own: OwnRules, rules: RegionRules): string[] =>
  Object.entries(own)
    .filter(([name, value]) => value !== undefined && !fits(name, value, rules))
    .map(([name]) => name);

/** @returns the first of a tenant's own rules that a region does not let it have, as an error; null where all fit */
export function ownRulesFault(own: OwnRules, rules: RegionRules): CodedError | null {
  const [rule] = unfitIn(own, rules);
  if (rule === undefined) return null;
  if (!isNumberName(rule)) return { code: 'field.unknownValue', parameters: { field: rule } };
  const { least, most } = boundsOf(rule, rules);
  return { code: 'rule.outOfBounds', parameters: { rule, least, most } };
}

function fits(name: string, value: number | string, rules: RegionRules): boolean {
  const { least, most } = isNumberName(name) ? boundsOf(name, rules) : { least: 1, most: 0 };
  if (typeof value === 'number') return Number.isInteger(value) && value >= least && value <= most;
  return isChoiceName(name) && stricterThan(name, rules).includes(value);
}

const isNumberName = (name: string): name is OwnNumber => Object.hasOwn(ownNumbers, name);
const isChoiceName = (name: string): name is OwnChoice => Object.hasOwn(ownChoices, name);

const made = new WeakMap<RegionRules, WeakMap<OwnRules, RegionRules>>();

/**
 * The same answer for the same two objects, made once: it is asked for with every request.
 * @returns the region's rules with the tenant's own where those are stricter: never looser, whatever was kept
 */
export function tightened(rules: RegionRules, own: OwnRules): RegionRules {
  let ofRegion = made.get(rules);
  if (ofRegion === undefined) made.set(rules, (ofRegion = new WeakMap()));
  let result = ofRegion.get(own);
  if (result === undefined) ofRegion.set(own, (result = tighten(rules, own)));
  return result;
}

function tighten(rules: RegionRules, own: OwnRules): RegionRules {
  const result = apply(rules, own);
  const numbers = ownNumberNames.filter((name) => ownNumbers[name].of(result) !== ownNumbers[name].of(rules));
  const choices = ownChoiceNames.filter((name) => ownChoices[name].of(result) !== ownChoices[name].of(rules));
  const names = new Set<string>([...numbers, ...choices]);
  return names.size === 0 ? result : { ...result, tightened: names };
}

function apply(rules: RegionRules, own: OwnRules): RegionRules {
  const number = (name: OwnNumber): number => {
    const { least, most } = boundsOf(name, rules);
    const kept = own[name];
    // What was kept may be anything: a text would make this no number at all, which nothing is compared to.
    const wanted = typeof kept === 'number' && Number.isInteger(kept) ? kept : ownNumbers[name].of(rules);
    return Math.min(most, Math.max(least, wanted));
  };
  const choice = <Name extends OwnChoice>(name: Name): ChoiceOf<Name> => {
    const kept = own[name] ?? '';
    return (stricterThan(name, rules).includes(kept) ? kept : ownChoices[name].of(rules)) as ChoiceOf<Name>;
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
      for: guardedActs.filter((act) => choice(act) === 'two'),
      deleteMoreThan: number('deleteMoreThan'),
    },
    activityLog: { ...rules.activityLog, export: choice('logExport') },
    supportAccess: { grant: choice('supportAccess'), longestHours: number('supportHours') },
  };
}

/** @returns whether something would need one administrator that needs two, or more may be deleted without a second one */
export function needsFewer(now: RegionRules, next: RegionRules): boolean {
  const [before, after] = [now.twoAdministrators, next.twoAdministrators];
  if (before.for.some((act) => !after.for.includes(act))) return true;
  return before.for.includes('deleteMany') && after.deleteMoreThan > before.deleteMoreThan;
}

// Where the region has another place for it already, that place stays.
function forbidden({ operations }: RegionRules): Partial<RegionRules['operations']> {
  return operations['users.export'].at === 'here' ? { 'users.export': { at: 'nobody' } } : {};
}
