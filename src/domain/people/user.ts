import type { AdministratorLevel, AgentLevel } from '../roles.ts';
import type { Language } from '../regions.ts';

/** A person of a tenant, as the pages know them: their credentials are apart. */
export interface User {
  readonly id: string;
  readonly tenantId: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string;
  readonly administratorLevel: AdministratorLevel;
  readonly agentLevel: AgentLevel;
  /** When the level Global admin was last removed, epoch ms; null if it never was. */
  readonly globalAdminUntil: number | null;
  readonly language: Language | null;
  readonly state: 'active' | 'blocked' | 'deleted';
  readonly password: 'own' | 'temporary';
  /** End of the temporary password's life, epoch ms; null while the password is the user's own. */
  readonly temporaryUntil: number | null;
  /** Since when they have a second factor, epoch ms; null while they have none. */
  readonly secondFactorAt: number | null;
  /** Whether they must set one up again, whatever the rules ask: the one they had stayed in the region they moved from. */
  readonly secondFactorDue: boolean;
  /** Counts up whenever everything that was issued before must end: sessions, open forms. */
  readonly epoch: number;
  /** Increases with every change to names, language, levels or state; starts at 1. */
  readonly version: number;
  /** When `version` last increased, epoch ms: the creation, where it never did. */
  readonly updatedAt: number;
  /** Epoch ms; null before the first sign-in. */
  readonly lastSignInAt: number | null;
  readonly createdAt: number;
  /** Epoch ms; null for everybody who is not deleted. */
  readonly deletedAt: number | null;
}

/** A user as a list shows them. */
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
 * The one word that lists and pages show for a user.
 * @param now epoch ms
 */
export function statusOf(user: Pick<User, 'state' | 'password' | 'temporaryUntil'>, now: number): UserStatus {
  if (user.state !== 'active') return user.state;
  if (user.password === 'own') return 'active';
  return user.temporaryUntil !== null && user.temporaryUntil <= now ? 'expired' : 'passwordChange';
}

// The local part is ASCII on purpose: it leaves no two user names that look alike but differ.
const usernameShape = /^[a-z0-9](?:[a-z0-9._+'-]{0,62}[a-z0-9])?@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
const maxUsernameLength = 254;

/**
 * The one spelling under which a user name is kept and looked up. Applying it twice changes nothing.
 * @returns the canonical form, which need not be a well-formed user name
 */
export function canonicalUsername(typed: string): string {
  const folded = typed.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
  const at = folded.lastIndexOf('@');
  return at < 0 ? folded : `${folded.slice(0, at)}@${canonicalDomain(folded.slice(at + 1))}`;
}

/** @returns a domain in ASCII and without a closing dot, as it stands in the directory */
function canonicalDomain(folded: string): string {
  const domain = folded.replace(/\.+$/, '');
  const isName = /^[\p{L}\p{N}.-]+$/u.test(domain) && URL.canParse(`http://${domain}`);
  return isName ? new URL(`http://${domain}`).hostname : domain;
}

/** @returns whether a canonical user name may be given to a user */
export function isUsername(canonical: string): boolean {
  return canonical.length <= maxUsernameLength && usernameShape.test(canonical);
}

/** @returns the company domain behind the last @ of a canonical user name, or '' where there is none */
export function domainOf(canonical: string): string {
  const at = canonical.lastIndexOf('@');
  return at < 0 ? '' : canonical.slice(at + 1);
}

/** @returns a domain and those above it, from the most to the least particular; without top-level ones */
export function domainAndParents(domain: string): string[] {
  const labels = domain.split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}

const domainShape = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/;

/** @returns whether the text is a company domain in its canonical, lower-case ASCII form */
export const isDomain = (text: string): boolean => domainShape.test(text);

const specialLetters: Readonly<Record<string, string>> = {
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
  // Spellings of one Arabic or Persian name differ in these letters.
  ة: 'ه',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
};

const tatweel = /\u0640/g;
const katakana = /[\u30A1-\u30F6\u30FD\u30FE]/g;
const katakanaToHiragana = 0x60;

/**
 * The form under which names are sorted and searched, alike in every database: no case, no accents.
 * `Hélène` and `helene` fold to the same text; `ü` folds to `u`, not to `ue`.
 */
export function foldName(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðłþıħŋةىیک]/g, (letter) => specialLetters[letter] ?? letter)
    .replace(tatweel, '')
    .replace(katakana, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) - katakanaToHiragana))
    .replace(/\s+/g, ' ')
    .trim();
}

/** Characters that a first, last or display name may have as it was typed. */
export const maxNameLength = 120;

export const isNameTooLong = (typed: string): boolean => typed.trim().length > maxNameLength;

// Controls, bidirectional overrides and invisible joiners would let a name pose as another one.
// A tab or a line break is none of them: it stands between two words.
const deceptiveCharacters = /(?![\t-\r])[\p{Cc}\p{Bidi_Control}\u200B\u2060-\u2064\uFEFF]/gu;

/** @returns the name in NFC with invisible and direction-changing characters taken out, single-spaced */
export function cleanName(typed: string): string {
  return typed.replace(deceptiveCharacters, '').normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** In which order a language writes a full name. */
export type NameOrder = 'givenFirst' | 'familyFirst';

// Han, kana and hangul names are written without a space between family and given name.
const unspacedScripts = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々]+$/u;

/** @returns the display name of a user who was given none */
export function joinedName({ firstName, lastName }: Pick<User, 'firstName' | 'lastName'>, order: NameOrder): string {
  const parts = order === 'familyFirst' ? [lastName, firstName] : [firstName, lastName];
  const isUnspaced = order === 'familyFirst' && parts.every((part) => unspacedScripts.test(part));
  return parts.join(isUnspaced ? '' : ' ').trim();
}

/** @returns up to two letters that stand for a person where there is no picture */
export function initialsOf(displayName: string): string {
  const words = displayName.split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return picked
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}

/** One field of a user, before and after. */
export interface Change {
  readonly field: 'firstName' | 'lastName' | 'displayName' | 'language' | 'administratorLevel' | 'agentLevel';
  readonly from: string | null;
  readonly to: string | null;
}
