import type { AdministratorLevel, AgentLevel } from '../roles.ts';
import type { Language } from '../regions.ts';
import { isLongerThan, removeInvisible, removeInvisibleFromName } from './visible-text.ts';

/** A user of a tenant. Credentials are stored separately. */
export interface User {
  readonly id: string;
  readonly tenantId: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string;
  readonly administratorLevel: AdministratorLevel;
  readonly agentLevel: AgentLevel;
  /** When the Global admin level was last removed, epoch ms; null if never. */
  readonly globalAdminUntil: number | null;
  readonly language: Language | null;
  readonly state: 'active' | 'blocked' | 'deleted';
  readonly password: 'own' | 'temporary';
  /** Expiry of the temporary password or one-time link, epoch ms; null if the user has chosen a password. */
  readonly temporaryUntil: number | null;
  /** When the second factor was set up, epoch ms; null if there is none. */
  readonly secondFactorAt: number | null;
  /** Whether the user must set up a new second factor, because the previous one did not move to this region. */
  readonly secondFactorDue: boolean;
  /** Incremented to invalidate everything issued before, such as sessions and open forms. */
  readonly epoch: number;
  /** Incremented by every change to names, language, levels or state. Starts at 1. */
  readonly version: number;
  /** When `version` was last incremented, epoch ms; initially the time of creation. */
  readonly updatedAt: number;
  /** Epoch ms; null before the first sign-in. */
  readonly lastSignInAt: number | null;
  readonly createdAt: number;
  /** Epoch ms; null if not deleted. */
  readonly deletedAt: number | null;
}

/** The fields of a user that lists show. */
export type ListedUser = Pick<
  User,
  | 'id'
  | 'username'
  | 'displayName'
  | 'administratorLevel'
  | 'agentLevel'
  | 'state'
  | 'password'
  | 'temporaryUntil'
  | 'lastSignInAt'
>;

export const userStatuses = ['active', 'passwordChange', 'expired', 'blocked', 'deleted'] as const;
export type UserStatus = (typeof userStatuses)[number];

/**
 * @param now the current time, epoch ms
 * @returns the status of a user to show on pages
 */
export function statusOf(user: Pick<User, 'state' | 'password' | 'temporaryUntil'>, now: number): UserStatus {
  if (user.state !== 'active') return user.state;
  if (user.password === 'own') return 'active';
  return user.temporaryUntil !== null && user.temporaryUntil <= now ? 'expired' : 'passwordChange';
}

// The local part is ASCII only, so that different user names cannot look the same.
const usernameShape = /^[a-z0-9](?:[a-z0-9._+'-]{0,62}[a-z0-9])?@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
const maxUsernameLength = 254;

// Phones and word processors replace apostrophes and hyphens with these characters.
const apostrophes = /[\u2018\u2019\u02BC\u2032]/g;
const hyphens = /[\u2010\u2011\u2212]/g;

/**
 * Converts a typed user name to the canonical form in which user names are stored and looked up. Idempotent.
 * @returns the canonical form, which is not necessarily a valid user name
 */
export function canonicalUsername(typed: string): string {
  const visible = removeInvisible(typed.normalize('NFKC')).replace(apostrophes, "'").replace(hyphens, '-');
  const folded = visible.trim().toLowerCase().normalize('NFKC');
  const at = folded.lastIndexOf('@');
  return at < 0 ? folded : `${folded.slice(0, at)}@${canonicalDomain(folded.slice(at + 1))}`;
}

/** @returns the canonical form of a domain: in ASCII, without a trailing dot */
function canonicalDomain(folded: string): string {
  const domain = folded.replace(/\.+$/, '');
  const isName = /^[\p{L}\p{N}.-]+$/u.test(domain) && URL.canParse(`http://${domain}`);
  return isName ? new URL(`http://${domain}`).hostname : domain;
}

/** @returns whether a canonical user name is valid */
export function isUsername(canonical: string): boolean {
  return canonical.length <= maxUsernameLength && usernameShape.test(canonical);
}

/** @returns the domain after the last @ of a canonical user name, or '' if there is none */
export function domainOf(canonical: string): string {
  const at = canonical.lastIndexOf('@');
  return at < 0 ? '' : canonical.slice(at + 1);
}

/** @returns a domain and its parent domains, most specific first, without the top-level domain */
export function domainAndParents(domain: string): string[] {
  const labels = domain.split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}

const domainShape = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/;

/** @returns whether a string is a domain name in lowercase ASCII */
export const isDomain = (text: string): boolean => domainShape.test(text);

const letterReplacements: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŋ: 'n',
  // These letters vary between spellings of the same Arabic or Persian name.
  ة: 'ه',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
};

const plainAscii = /^[\x21-\x7e]*$/;
const tatweel = /\u0640/g;
const katakana = /[\u30A1-\u30F6\u30FD\u30FE]/g;
const katakanaToHiragana = 0x60;

/**
 * Folds a name for searching: removes accents and differences in case. `Hélène` folds to `helene`, and `ü` to `u`, not
 * `ue`. Databases fold differently, so this is done in code.
 */
export function foldName(text: string): string {
  // A fast path for most words of the password check. The steps below take six times as long.
  if (plainAscii.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðłþıħŋةىیک]/g, (letter) => letterReplacements[letter] ?? letter)
    .replace(tatweel, '')
    .replace(katakana, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) - katakanaToHiragana))
    .replace(/\s+/g, ' ')
    .trim();
}

/** Maximum length of a typed first, last or display name, in Unicode code points. */
export const maxNameLength = 120;

export const isNameTooLong = (typed: string): boolean => isLongerThan(typed.trim(), maxNameLength);

/**
 * @returns the name in NFC, without control, invisible and bidirectional characters, and with single spaces between
 * words
 */
export function cleanName(typed: string): string {
  return removeInvisibleFromName(typed).normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** The order of the parts of a full name in a language. */
export type NameOrder = 'givenFirst' | 'familyFirst';

/** Matches names in Han, kana or hangul, which are written without a space between family and given name. */
export const unspacedScripts = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々]+$/u;

/** @returns the full name, which is the default display name */
export function fullName({ firstName, lastName }: Pick<User, 'firstName' | 'lastName'>, order: NameOrder): string {
  const parts = order === 'familyFirst' ? [lastName, firstName] : [firstName, lastName];
  const isUnspaced = order === 'familyFirst' && parts.every((part) => unspacedScripts.test(part));
  return parts.join(isUnspaced ? '' : ' ').trim();
}

/** @returns up to two initials, for avatars */
export function initialsOf(displayName: string): string {
  const words = displayName.split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return picked
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}

/** A changed field of a user. */
export interface Change {
  readonly field: 'firstName' | 'lastName' | 'displayName' | 'language' | 'administratorLevel' | 'agentLevel';
  readonly from: string | null;
  readonly to: string | null;
}
