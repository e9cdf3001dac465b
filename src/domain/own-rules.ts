import type { RegionRules } from './regions.ts';

/** What a tenant decides for itself. Each can only be stricter than its region; what is absent is the region's. */
export interface OwnRules {
  readonly temporaryPasswordHours?: number | undefined;
  readonly passwordLength?: number | undefined;
  readonly attempts?: number | undefined;
  readonly idleMinutes?: number | undefined;
  readonly absoluteHours?: number | undefined;
  readonly restoreWindowDays?: number | undefined;
  readonly administratorsManagedBy?: 'globalAdmins' | undefined;
}

export type OwnRule = keyof OwnRules;
export type OwnNumber = Exclude<OwnRule, 'administratorsManagedBy'>;

/** In the order in which the page shows them: where the region's number stands, and which side of it is stricter. */
export const ownNumbers: Readonly<
  Record<OwnNumber, { readonly of: (rules: RegionRules) => number; readonly stricter: 'less' | 'more' }>
> = {
  temporaryPasswordHours: { of: (rules) => rules.temporaryPassword.lifetimeHours, stricter: 'less' },
  passwordLength: { of: (rules) => rules.password.minimumLength, stricter: 'more' },
  attempts: { of: (rules) => rules.throttle.perAccountAndAddress.attempts, stricter: 'less' },
  idleMinutes: { of: (rules) => rules.session.idleMinutes, stricter: 'less' },
  absoluteHours: { of: (rules) => rules.session.absoluteHours, stricter: 'less' },
  restoreWindowDays: { of: (rules) => rules.restoreWindowDays, stricter: 'less' },
};

export const ownNumberNames = Object.keys(ownNumbers) as OwnNumber[];

/** @returns the smallest and the largest number that a tenant may set: its region's is one end of them */
export function boundsOf(name: OwnNumber, rules: RegionRules): { least: number; most: number } {
  const { of, stricter } = ownNumbers[name];
  if (name === 'attempts' && rules.throttle.fixed) return { least: of(rules), most: of(rules) };
  // No longer than three quarters of the longest: a password that hardly fits is no password that people choose.
  const longest = Math.floor((rules.password.maximumLength * 3) / 4);
  return stricter === 'less' ? { least: 1, most: of(rules) } : { least: of(rules), most: longest };
}

/** @returns `tightened` for one region; the same answer, made once, for the same own rules */
export function createTightening(rules: RegionRules): (own: OwnRules) => RegionRules {
  const made = new WeakMap<OwnRules, RegionRules>();
  return (own) => {
    let result = made.get(own);
    if (result === undefined) made.set(own, (result = tightened(rules, own)));
    return result;
  };
}

/** @returns the region's rules with the tenant's own where those are stricter: never looser, whatever was kept */
export function tightened(rules: RegionRules, own: OwnRules): RegionRules {
  const number = (name: OwnNumber): number => {
    const { least, most } = boundsOf(name, rules);
    return Math.min(most, Math.max(least, own[name] ?? ownNumbers[name].of(rules)));
  };
  const { throttle } = rules;
  return {
    ...rules,
    administratorsManagedBy: own.administratorsManagedBy ?? rules.administratorsManagedBy,
    temporaryPassword: { ...rules.temporaryPassword, lifetimeHours: number('temporaryPasswordHours') },
    password: { ...rules.password, minimumLength: number('passwordLength') },
    throttle: { ...throttle, perAccountAndAddress: { ...throttle.perAccountAndAddress, attempts: number('attempts') } },
    session: { idleMinutes: number('idleMinutes'), absoluteHours: number('absoluteHours') },
    restoreWindowDays: number('restoreWindowDays'),
  };
}
