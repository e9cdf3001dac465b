import type { RegionRules } from '../regions.ts';
import type { AdministratorLevel } from '../roles.ts';
import type { TenantKind } from '../tenant.ts';
import type { AuthenticationMethod } from './authentication.ts';
import type { User } from './user.ts';
import { symbolsOf } from './copied-text.ts';
import { temporaryAlphabet } from './password.ts';

/** Time step in seconds (RFC 6238) and number of digits of a code. Both are the defaults of authenticator apps. */
export const stepSeconds = 30;
export const codeDigits = 6;

// How many steps an accepted code can be ahead of the clock: one because the code may be early, and one because the
// clocks of two nodes can differ by seconds.
const maxStepsAhead = 2;
/** The number of time steps for which used codes are stored: a day. */
const stepsKept = (24 * 60 * 60) / stepSeconds;

/**
 * Consumes the time step of a code and all earlier steps. If a code was used while the clock was ahead, only its own
 * step is consumed, so that current codes are still accepted.
 * @param used the time steps of the codes that were accepted before
 * @param step the time step of the code
 * @param now the current time, epoch ms
 * @returns the time steps to store; null if the step has already been consumed
 */
export function consumeTimeStep(used: readonly number[], step: number, now: number): readonly number[] | null {
  const latest = Math.floor(now / 1_000 / stepSeconds) + maxStepsAhead;
  if (used.some((each) => each === step || (each > step && each <= latest))) return null;
  return [...used.filter((each) => each > step - stepsKept), step];
}

/** The time limit for entering the code after the password, in ms. */
export const codeEntryWindowMs = 15 * 60_000;

export const recoveryCodeCount = 10;
const groupLength = 4;

/**
 * Random bytes per recovery code. Each byte yields one base-32 character (5 bits). The code has 120 bits, so a fast
 * hash is sufficient.
 */
export const recoveryCodeBytes = 24;

/**
 * @param kind the kind of the user's tenant. Operators have no level in their own tenant, but act as administrators in
 * other tenants
 * @returns whether the rules require a second factor for this level
 */
export function isSecondFactorRequired(
  { secondFactor }: Pick<RegionRules, 'secondFactor'>,
  level: AdministratorLevel,
  kind: TenantKind = 'partner',
): boolean {
  const isAdministrator = level !== 'none' || kind === 'operators';
  return secondFactor === 'everybody' || (secondFactor === 'administrators' && isAdministrator);
}

/**
 * @returns whether a user must set up a second factor before anything else, because the rules require one or because
 * the previous one did not move with the tenant
 */
export const mustSetUpSecondFactor = (
  rules: Pick<RegionRules, 'secondFactor'>,
  user: Pick<User, 'administratorLevel' | 'secondFactorAt' | 'secondFactorDue'>,
  kind: TenantKind,
): boolean =>
  user.secondFactorAt === null &&
  (user.secondFactorDue || isSecondFactorRequired(rules, user.administratorLevel, kind));

/** @returns whether a session has passed the password step but not the second factor */
export const isCodePending = (session: {
  readonly amr: readonly AuthenticationMethod[];
  readonly user: { readonly secondFactorAt: number | null };
}): boolean => session.user.secondFactorAt !== null && !session.amr.includes('mfa');

/**
 * Formats a recovery code: six groups of four, with the alphabet of temporary passwords.
 * @param random 24 bytes from a cryptographic source. There is no modulo bias, because 256 is a multiple of 32
 */
export function recoveryCode(random: Uint8Array): string {
  if (random.length !== recoveryCodeBytes)
    throw new RangeError(`A recovery code requires ${recoveryCodeBytes} random bytes`);
  return grouped([...random].map((byte) => temporaryAlphabet[byte % temporaryAlphabet.length]).join(''));
}

const grouped = (symbols: string): string => symbols.match(new RegExp(`.{1,${groupLength}}`, 'g'))?.join('-') ?? '';

/** A code from an authenticator app, or a recovery code, in its canonical form. */
export interface EnteredCode {
  readonly kind: 'app' | 'recovery';
  readonly code: string;
}

// The limit exceeds the length of any code with spaces and hyphens.
const maxTypedLength = 100;

/**
 * Parses a typed code. Ignores case, spaces, hyphens, invisible characters and the punctuation around it, and accepts
 * the digits of any script.
 * @returns null if the text cannot be a code
 */
export function parseCode(typed: string): EnteredCode | null {
  if (typed.length > maxTypedLength) return null;
  const symbols = symbolsOf(typed)
    .replace(/\p{Nd}/gu, digitOf)
    .toUpperCase();
  if (new RegExp(`^[0-9]{${codeDigits}}$`).test(symbols)) return { kind: 'app', code: symbols };
  const fits = symbols.length === recoveryCodeBytes && [...symbols].every((each) => temporaryAlphabet.includes(each));
  return fits ? { kind: 'recovery', code: grouped(symbols) } : null;
}

// Unicode encodes the decimal digits of each script as consecutive runs from zero to nine.
function digitOf(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(point - before - 1))) before++;
  return String(before % 10);
}

/** A text encrypted for a specific purpose. */
export interface Sealed {
  readonly text: string;
  /** Identifies the key without revealing it. */
  readonly keyId: string;
}
