import type { CodedError } from '../errors.ts';
import type { RegionRules } from '../regions.ts';
import { symbolsOf } from './copied-text.ts';
import { consistsOfNames, type KnownNames } from './strength/names.ts';
import type { User } from './user.ts';
import { removeInvisible } from './visible-text.ts';

/**
 * 32 symbols without look-alikes (no I, O, 0, 1), 5 bits each. Uppercase, because a lowercase l and an uppercase I look
 * the same in many fonts.
 */
export const temporaryAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const groups = 5;
const groupLength = 4;

/** Number of random bytes for a temporary password. */
export const temporaryPasswordBytes = groups * groupLength;

/**
 * Formats a temporary password of 100 bits: five groups of four.
 * @param random 20 bytes from a cryptographic source. There is no modulo bias, because 256 is a multiple of 32
 */
export function temporaryPassword(random: Uint8Array): string {
  if (random.length !== temporaryPasswordBytes)
    throw new RangeError(`A temporary password requires ${temporaryPasswordBytes} random bytes`);
  return group([...random].map((byte) => temporaryAlphabet[byte % temporaryAlphabet.length]).join(''));
}

function group(symbols: string): string {
  return symbols.match(new RegExp(`.{1,${groupLength}}`, 'g'))?.join('-') ?? '';
}

/**
 * Parses a typed temporary password. Accepts lowercase letters, spaces, hyphens of any kind, and surrounding invisible
 * characters and punctuation, because temporary passwords are read aloud, typed by hand or copied with the text around
 * them.
 * @returns the canonical form, or null if the text cannot be a temporary password
 */
export function parseTemporaryPassword(typed: string): string | null {
  const symbols = symbolsOf(typed).toUpperCase();
  const fits =
    symbols.length === groups * groupLength && [...symbols].every((each) => temporaryAlphabet.includes(each));
  return fits ? group(symbols) : null;
}

/**
 * Finds temporary passwords that a chosen password starts or ends with.
 * @returns the temporary passwords in their canonical form; at most two
 */
export function findTemporaryPasswords(typed: string): string[] {
  const symbols = removeInvisible(typed.normalize('NFKC')).replace(/[^\p{L}\p{N}]/gu, '');
  const length = groups * groupLength;
  return [symbols.slice(0, length), symbols.slice(-length)]
    .map(parseTemporaryPassword)
    .filter((each, index, all): each is string => each !== null && all.indexOf(each) === index);
}

/**
 * Normalizes a password for hashing: NFKC, so that é is the same from every keyboard. Spaces are significant. Source:
 * NIST SP 800-63B-4, 3.1.1.2.
 */
export const normalizePassword = (typed: string): string => typed.normalize('NFKC');

const maxPasswordBytes = 1024;
// Some keyboards send decomposed letters: a Korean syllable then takes nine bytes instead of three.
const maxTypedBytes = 4 * maxPasswordBytes;
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/**
 * @returns the normalized form of a typed password; null if it is too long. Input that is too long even for decomposed
 * letters is rejected before normalization
 */
export function readPassword(typed: string): string | null {
  if (bytesOf(typed) > maxTypedBytes) return null;
  const password = normalizePassword(typed);
  return bytesOf(password) > maxPasswordBytes ? null : password;
}

/** A password as it was typed at sign-in. */
export interface PresentedPassword {
  /** The kind of stored password to compare it with. */
  readonly kind: User['password'];
  /** The normalized form; null if it is too long to be a password. */
  readonly text: string | null;
}

/**
 * Distinguishes temporary passwords from passwords that users chose, by their format. This is unambiguous, because
 * `passwordFault` does not let users choose a password in that format.
 */
export function readPresentedPassword(typed: string): PresentedPassword {
  const text = readPassword(typed);
  const temporary = text === null ? null : parseTemporaryPassword(text);
  return temporary === null ? { kind: 'own', text } : { kind: 'temporary', text: temporary };
}

export interface PasswordContext extends KnownNames {
  readonly rules: RegionRules;
}

/**
 * Checks a new password against the rules, except for its strength.
 * @returns the first fault, or null if there is none
 */
export function passwordFault(typed: string, context: PasswordContext): CodedError | null {
  const password = readPassword(typed);
  const { minimumLength, maximumLength } = context.rules.password;
  const tooLong: CodedError = { code: 'password.tooLong', parameters: { count: maximumLength } };
  if (password === null) return tooLong;
  const length = [...password].length;
  if (length === 0) return { code: 'password.missing' };
  if (length < minimumLength) return { code: 'password.tooShort', parameters: { count: minimumLength } };
  if (length > maximumLength) return tooLong;
  if (parseTemporaryPassword(password) !== null) return { code: 'password.likeTemporary' };
  return consistsOfNames(password, context) ? { code: 'password.containsName' } : null;
}
