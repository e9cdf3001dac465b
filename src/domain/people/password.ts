import type { CodedError } from '../errors.ts';
import type { RegionRules } from '../regions.ts';
import { foldName, type User } from './user.ts';

/**
 * 32 symbols without look-alikes (no I, O, 0, 1): each carries 5 bits exactly.
 * Capitals, since a small l cannot be told from a capital I in many typefaces.
 */
export const temporaryAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const groups = 5;
const groupLength = 4;

/** How many random bytes one temporary password takes. */
export const temporaryPasswordBytes = groups * groupLength;

/**
 * A temporary password of 100 bits: five groups of four.
 * @param random 20 bytes from a cryptographic source; 256 is a multiple of 32, so that no symbol is favoured
 */
export function temporaryPassword(random: Uint8Array): string {
  if (random.length !== temporaryPasswordBytes) throw new RangeError(`needs ${temporaryPasswordBytes} random bytes`);
  return group([...random].map((byte) => temporaryAlphabet[byte % temporaryAlphabet.length]).join(''));
}

function group(symbols: string): string {
  return symbols.match(new RegExp(`.{1,${groupLength}}`, 'g'))?.join('-') ?? '';
}

/**
 * A temporary password is read out or copied by hand: small letters, spaces and missing hyphens are forgiven.
 * @returns its one spelling, or null when the text cannot be a temporary password
 */
export function parseTemporaryPassword(typed: string): string | null {
  const symbols = typed
    .normalize('NFKC')
    .replace(/[\s\u2010-\u2015-]/g, '')
    .toUpperCase();
  const fits =
    symbols.length === groups * groupLength && [...symbols].every((each) => temporaryAlphabet.includes(each));
  return fits ? group(symbols) : null;
}

/** @returns the temporary passwords with which a text begins or ends, each in its one spelling */
export function findTemporaryPasswords(typed: string): string[] {
  const symbols = typed.normalize('NFKC').replace(/[^\p{L}\p{N}]/gu, '');
  const length = groups * groupLength;
  return [symbols.slice(0, length), symbols.slice(-length)]
    .map(parseTemporaryPassword)
    .filter((each, index, all): each is string => each !== null && all.indexOf(each) === index);
}

/**
 * The form in which a password is hashed: NFKC, so that every keyboard's é is the same; spaces count.
 * Source: NIST SP 800-63B-4, 3.1.1.2.
 */
export const normalizePassword = (typed: string): string => typed.normalize('NFKC');

const maxPasswordBytes = 1024;
// A keyboard may send a letter in its parts: a Korean syllable then takes nine bytes instead of three.
const maxTypedBytes = 4 * maxPasswordBytes;
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** @returns the form in which a typed password is hashed; null where it is too long to be anybody's, told without work */
export function readPassword(typed: string): string | null {
  if (bytesOf(typed) > maxTypedBytes) return null;
  const password = normalizePassword(typed);
  return bytesOf(password) > maxPasswordBytes ? null : password;
}

/** A password as it was typed at sign-in. */
export interface PresentedPassword {
  /** The only kind of stored password that it is compared with. */
  readonly kind: User['password'];
  /** The form in which it is hashed; null where it is too long to be a password. */
  readonly text: string | null;
}

/**
 * Tells by its form alone whether a typed password is a temporary one. `passwordFault` refuses that form, so no user has
 * an own password that is read as temporary here.
 */
export function readPresentedPassword(typed: string): PresentedPassword {
  const text = readPassword(typed);
  const temporary = text === null ? null : parseTemporaryPassword(text);
  return temporary === null ? { kind: 'own', text } : { kind: 'temporary', text: temporary };
}

export interface PasswordContext {
  readonly rules: RegionRules;
  readonly username: string;
  readonly displayName: string;
  readonly tenantName: string;
}

/**
 * What can be said against a password without guessing at it.
 * @returns the first fault, or null
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

const products = ['parvis', 'partner portal', 'espace partenaires'];

// A password that is known names and little more is the first that is tried.
function consistsOfNames(password: string, { username, displayName, tenantName }: PasswordContext): boolean {
  const letters = (text: string): string => foldName(text).replace(/[^\p{L}\p{N}]/gu, '');
  const [local = '', domain = ''] = username.split('@');
  const names = [
    username,
    local,
    domain,
    displayName,
    tenantName,
    ...displayName.split(' '),
    ...tenantName.split(' '),
    ...products,
  ];
  // The longest first: a full name goes as a whole before its parts are looked for.
  const known = names.map(letters).filter((name) => name.length >= 4);
  const rest = known
    .sort((one, other) => other.length - one.length)
    .reduce((left, name) => left.replaceAll(name, ''), letters(password));
  return rest !== letters(password) && [...rest].length < 8;
}

/** Guesses below which a password counts as easy to guess, by zxcvbn's estimate; guessing online is throttled besides. */
export const minGuesses = 1e9;
