/** BCP 47 tag of a language that has a folder of texts, such as `fr` or `pt-BR`. A region offers some or all of them. */
export type Language = string;

/** The form of a language tag. */
export const languageTag = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/** The form of a region's id. */
export const regionId = /^[a-z][a-z0-9-]{1,30}$/;

/** The operations on users whose place a region decides. */
export const userOperations = [
  'users.list',
  'users.view',
  'users.add',
  'users.edit',
  'users.block',
  'users.delete',
  'users.restore',
  'users.resetPassword',
  'users.removeSecondFactor',
  'users.endSessions',
  'users.import',
  'users.export',
] as const;

export type UserOperation = (typeof userOperations)[number];

/** A text of a rules file by language. The region's own languages have one; the portal's other languages may. */
export type Wording = Readonly<Record<Language, string | undefined>>;

/** A text of a rules file and the language that it is written in, which may not be its reader's. */
export interface RuleText {
  readonly text: string;
  readonly language: Language;
}

/** Where something is done that is not done here. */
export interface Place {
  readonly place: Wording;
  readonly address: string;
}

/** Where an operation on users is done. A rule that is missing reads as `nobody`. */
export type Placement =
  | { readonly at: 'here' }
  /** `also`: other places that do it as well; the portal leads to the first, and its table names them all. */
  | (Place & { readonly at: 'elsewhere'; readonly also?: readonly Place[] })
  | { readonly at: 'alone' }
  | { readonly at: 'nobody' };

/** One throttle: so many wrong tries within a window, then nothing for the length of the block. */
export interface ThrottleRule {
  readonly attempts: number;
  readonly windowMinutes: number;
  readonly blockMinutes: number;
}

/** Of whom a second factor is asked at the sign-in, from the least to the most. */
export const secondFactorRules = ['nobody', 'administrators', 'everybody'] as const;
export type SecondFactorRule = (typeof secondFactorRules)[number];

/**
 * How a way in reaches a user: a temporary password that the administrator sees, a one-time link that the administrator
 * passes on, or one that is mailed past the administrator. From the least strict to the most.
 */
export const handOverRules = ['shown', 'link', 'mailedLink'] as const;
export type HandOverRule = (typeof handOverRules)[number];

/** What a region may ask a second administrator for. */
export const guardedActs = ['resetGlobalAdmin', 'giveGlobalAdmin', 'export', 'deleteMany'] as const;
export type GuardedAct = (typeof guardedActs)[number];

/** A region's rules: data that views, handlers and the activity log ask through one judge. */
export interface RegionRules {
  readonly region: string;
  /** Which form of the region's rules this is, such as `current` or `historical`. */
  readonly edition: string;
  readonly name: Wording;
  /** Version of the form in which the rules are written. */
  readonly format: 1;
  /** Day on which this file was last changed, ISO 8601. */
  readonly revision: string;
  /** The languages that the region offers, in the order of its switcher; the default is one of them. */
  readonly languages: readonly Language[];
  readonly defaultLanguage: Language;
  readonly operations: Readonly<Record<UserOperation, Placement>>;
  /** Who may act on somebody who holds an administrator level other than Global admin. */
  readonly administratorsManagedBy: 'userManagers' | 'globalAdmins';
  readonly temporaryPassword: { readonly lifetimeHours: number; readonly changeWithinMinutes: number };
  /** Lengths in Unicode code points (NIST SP 800-63B-4, 3.1.1.2: 15 at least without a second factor). */
  readonly password: { readonly minimumLength: number; readonly maximumLength: number };
  readonly throttle: {
    readonly perAccountAndAddress: ThrottleRule;
    readonly perAccount: ThrottleRule;
    readonly perAddress: ThrottleRule;
    /** Whether these numbers are the same for every tenant: then none may set stricter ones. */
    readonly fixed: boolean;
  };
  readonly session: { readonly idleMinutes: number; readonly absoluteHours: number };
  /** For how long a deleted user can be restored. */
  readonly restoreWindowDays: number;
  readonly secondFactor: SecondFactorRule;
  readonly handOver: { readonly by: HandOverRule; readonly linkHours: number };
  /** What one administrator asks for and another confirms. */
  readonly twoAdministrators: {
    readonly for: readonly GuardedAct[];
    /** How many users one administrator may delete within a day before another is asked. */
    readonly deleteMoreThan: number;
    /** For how long a request waits for the other. */
    readonly withinHours: number;
  };
  readonly activityLog: {
    /** For how long entries are kept. */
    readonly retentionDays: number;
    readonly export: 'allowed' | 'forbidden';
  };
  /** Whether a tenant's administrators may let a named operator in, and for how long at the most. */
  readonly supportAccess: { readonly grant: 'allowed' | 'forbidden'; readonly longestHours: number };
  /** What is no work of the portal, and what its readers look for all the same: done at these places. */
  readonly related: readonly { readonly what: Wording; readonly places: readonly Place[] }[];
  /** Names of the rules that a tenant has made stricter, where these are the rules of one that has. */
  readonly tightened?: ReadonlySet<string>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** @returns how long a temporary password opens the page that replaces it, in ms */
export const temporaryPasswordLifetimeMs = (rules: RegionRules): number =>
  rules.temporaryPassword.lifetimeHours * hourMs;

/** @returns how long a session that must change its password may take to do so, in ms */
export const changeWithinMs = (rules: RegionRules): number => rules.temporaryPassword.changeWithinMinutes * minuteMs;

/** @returns after how long without a request a session ends, in ms */
export const idleLimitMs = (rules: RegionRules): number => rules.session.idleMinutes * minuteMs;

/** @returns how long a session may live at all, in ms */
export const absoluteLimitMs = (rules: RegionRules): number => rules.session.absoluteHours * hourMs;

/** @returns for how long a deleted user can be restored, in ms */
export const restoreWindowMs = (rules: Pick<RegionRules, 'restoreWindowDays'>): number =>
  rules.restoreWindowDays * 24 * hourMs;

/** @returns for how long an entry of the activity log is kept, in ms */
export const retentionMs = (rules: RegionRules): number => rules.activityLog.retentionDays * 24 * hourMs;

/** @returns whether a user, or a tenant, may have a language in this region; null is the tenant's own */
export const offersLanguage = (
  { languages: offered }: Pick<RegionRules, 'languages'>,
  language: string | null,
): boolean => language === null || offered.includes(language);

/**
 * @returns a text of a rules file in the reader's language or, where it has none, in the region's default language
 * @throws if it lacks the default language too: `readRules` refuses such a file
 */
export function ruleTextIn(
  wording: Wording,
  language: Language,
  { defaultLanguage }: Pick<RegionRules, 'defaultLanguage'>,
): RuleText {
  const own = wording[language];
  if (own !== undefined) return { text: own, language };
  const text = wording[defaultLanguage];
  if (text === undefined) throw new Error(`A text of the rules lacks the default language ${defaultLanguage}`);
  return { text, language: defaultLanguage };
}

export const isUserOperation = (text: string): text is UserOperation =>
  (userOperations as readonly string[]).includes(text);
