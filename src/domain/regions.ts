/** BCP 47 tag of a language that has a folder in `locales`, such as `fr` or `pt-BR`. */
export type Language = string;

/** The format of language tags. */
export const languageTag = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/** The format of region IDs. */
export const regionId = /^[a-z][a-z0-9-]{1,30}$/;

/** The operations on users for which a region's rules set a placement. */
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

/** A text from a rules file, by language. It is required in every language of the region. */
export type LocalizedText = Readonly<Record<Language, string | undefined>>;

/** A text from a rules file and its language, which may differ from the reader's language. */
export interface RuleText {
  readonly text: string;
  readonly language: Language;
}

/** A place outside this portal where an operation is performed. */
export interface Place {
  readonly place: LocalizedText;
  readonly address: string;
}

/**
 * Where an operation on users is performed: in this portal (`here`), in another place (`elsewhere`), by users
 * themselves (`alone`), or not at all (`nobody`, which also applies to unlisted operations).
 */
export type Placement =
  | { readonly at: 'here' }
  /** `also`: further places. The portal links to the first place and lists all of them. */
  | (Place & { readonly at: 'elsewhere'; readonly also?: readonly Place[] })
  | { readonly at: 'alone' }
  | { readonly at: 'nobody' };

/** How many failed attempts within a window cause further attempts to be blocked, and for how long. */
export interface ThrottleRule {
  readonly attempts: number;
  readonly windowMinutes: number;
  readonly blockMinutes: number;
}

/** The users who must use a second factor to sign in, from least to most strict. */
export const secondFactorScopes = ['nobody', 'administrators', 'everybody'] as const;
export type SecondFactorScope = (typeof secondFactorScopes)[number];

/**
 * How a temporary password or link is delivered: the administrator sees the password, the administrator passes on a
 * one-time link, or the portal emails the link so that no administrator sees it. From least to most strict.
 */
export const handoverModes = ['shown', 'link', 'mailedLink'] as const;
export type HandoverMode = (typeof handoverModes)[number];

/** The rules that require the approval of a second administrator. */
export const approvalRules = ['resetGlobalAdmin', 'giveGlobalAdmin', 'export', 'deleteMany'] as const;
export type ApprovalRule = (typeof approvalRules)[number];

/** The rules of a region, which the policy applies. */
export interface RegionRules {
  readonly region: string;
  /** Edition of the region's rules, such as `current` or `historical`. */
  readonly edition: string;
  readonly name: LocalizedText;
  /** Version of the file format. */
  readonly format: 1;
  /** Date of the last change to the file, ISO 8601. */
  readonly revision: string;
  /** The languages that the region offers, in the order of the language menu. */
  readonly languages: readonly Language[];
  readonly defaultLanguage: Language;
  readonly operations: Readonly<Record<UserOperation, Placement>>;
  /** The administrators who can manage administrators other than Global admins. */
  readonly administratorsManagedBy: 'userManagers' | 'globalAdmins';
  readonly temporaryPassword: { readonly lifetimeHours: number; readonly changeWithinMinutes: number };
  /** Lengths in Unicode code points (NIST SP 800-63B-4, 3.1.1.2: at least 15 without a second factor). */
  readonly password: { readonly minimumLength: number; readonly maximumLength: number };
  readonly throttle: {
    readonly perAccountAndAddress: ThrottleRule;
    readonly perAccount: ThrottleRule;
    readonly perAddress: ThrottleRule;
    /** Whether tenants are prevented from setting stricter limits. */
    readonly fixed: boolean;
  };
  readonly session: { readonly idleMinutes: number; readonly absoluteHours: number };
  /** The number of days during which a deleted user can be restored. */
  readonly restoreWindowDays: number;
  readonly secondFactor: SecondFactorScope;
  readonly handOver: { readonly by: HandoverMode; readonly linkHours: number };
  /** Actions that a second administrator must approve. */
  readonly twoAdministrators: {
    readonly for: readonly ApprovalRule[];
    /** The number of users that one administrator may delete within a day without approval. */
    readonly deleteMoreThan: number;
    /** The time limit for the approver's decision, and then for the requester's action. */
    readonly withinHours: number;
    /** How many days a user stays protected after losing the Global admin level. */
    readonly formerAdminDays: number;
  };
  readonly activityLog: {
    /** The number of days for which entries are kept. */
    readonly retentionDays: number;
    readonly export: 'allowed' | 'forbidden';
  };
  /** Whether a tenant's administrators can grant support access to an operator, and for how long. */
  readonly supportAccess: { readonly grant: 'allowed' | 'forbidden'; readonly longestHours: number };
  /** Tasks outside the portal's scope that users look for here, with the places that handle them. */
  readonly related: readonly { readonly what: LocalizedText; readonly places: readonly Place[] }[];
  /** In the effective rules of a tenant: the names of the rules that the tenant has made stricter. */
  readonly tightened?: ReadonlySet<string>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** @returns the lifetime of a temporary password, in ms */
export const temporaryPasswordLifetimeMs = (rules: RegionRules): number =>
  rules.temporaryPassword.lifetimeHours * hourMs;

/** @returns the time limit for choosing a password after signing in with a temporary one or opening a link, in ms */
export const passwordChangeWindowMs = (rules: RegionRules): number =>
  rules.temporaryPassword.changeWithinMinutes * minuteMs;

/** @returns the maximum idle time of a session, in ms */
export const idleLimitMs = (rules: RegionRules): number => rules.session.idleMinutes * minuteMs;

/** @returns the maximum duration of a session, in ms */
export const absoluteLimitMs = (rules: RegionRules): number => rules.session.absoluteHours * hourMs;

/** @returns the time for which a deleted user can be restored, in ms */
export const restoreWindowMs = (rules: Pick<RegionRules, 'restoreWindowDays'>): number =>
  rules.restoreWindowDays * 24 * hourMs;

/** @returns how long a user stays protected after losing the Global admin level, in ms */
export const formerAdminProtectionMs = (rules: Pick<RegionRules, 'twoAdministrators'>): number =>
  rules.twoAdministrators.formerAdminDays * 24 * hourMs;

/** @returns the retention period of activity log entries, in ms */
export const logRetentionMs = (rules: RegionRules): number => rules.activityLog.retentionDays * 24 * hourMs;

/** @returns whether a region offers a language; null, which stands for the tenant's language, is always offered */
export const offersLanguage = (
  { languages: offered }: Pick<RegionRules, 'languages'>,
  language: string | null,
): boolean => language === null || offered.includes(language);

/**
 * @returns the text in the requested language, falling back to the region's default language
 * @throws if the default language is missing too, which `readRules` prevents
 */
export function ruleTextIn(
  wording: LocalizedText,
  language: Language,
  { defaultLanguage }: Pick<RegionRules, 'defaultLanguage'>,
): RuleText {
  const own = wording[language];
  if (own !== undefined) return { text: own, language };
  const text = wording[defaultLanguage];
  if (text === undefined) throw new Error(`A text of the rules is missing in the default language ${defaultLanguage}`);
  return { text, language: defaultLanguage };
}

export const isUserOperation = (text: string): text is UserOperation =>
  (userOperations as readonly string[]).includes(text);
