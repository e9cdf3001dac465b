import type { RegionRules } from '../regions.ts';
import type { AdministratorLevel } from '../roles.ts';
import type { TenantKind } from '../tenant.ts';
import type { AuthenticationMethod } from './authentication.ts';
import type { User } from './user.ts';
import { temporaryAlphabet } from './password.ts';

/** A time step of RFC 6238, and how many digits a code of one has: what every authenticator app takes for granted. */
export const stepSeconds = 30;
export const codeDigits = 6;

/** How long a session that has the password alone waits for the code. */
export const codeEntryWindowMs = 15 * 60_000;

export const recoveryCodeCount = 10;
const groupLength = 4;

/** How many random bytes one recovery code takes: 120 bits of them are kept, so that a plain digest hides it. */
export const recoveryCodeBytes = 24;

/**
 * @param kind of the tenant whose user it is: operators hold no level in their own, and act in others as administrators do
 * @returns whether the rules ask a second factor of somebody with this level
 */
export function isSecondFactorRequired(
  { secondFactor }: Pick<RegionRules, 'secondFactor'>,
  level: AdministratorLevel,
  kind: TenantKind = 'partner',
): boolean {
  const administrates = level !== 'none' || kind === 'operators';
  return secondFactor === 'everybody' || (secondFactor === 'administrators' && administrates);
}

/** @returns whether a user must set one up before anything else: the rules require it, or theirs did not move with them */
export const mustSetUpSecondFactor = (
  rules: Pick<RegionRules, 'secondFactor'>,
  user: Pick<User, 'administratorLevel' | 'secondFactorAt' | 'secondFactorDue'>,
  kind: TenantKind,
): boolean =>
  user.secondFactorAt === null &&
  (user.secondFactorDue || isSecondFactorRequired(rules, user.administratorLevel, kind));

/** @returns whether a session has the password of somebody who has a second factor, and not yet its code */
export const isCodePending = (session: {
  readonly amr: readonly AuthenticationMethod[];
  readonly user: { readonly secondFactorAt: number | null };
}): boolean => session.user.secondFactorAt !== null && !session.amr.includes('mfa');

/**
 * A recovery code: six groups of four of the temporary passwords' symbols.
 * @param random 24 bytes from a cryptographic source; 256 is a multiple of 32, so that no symbol is favoured
 */
export function recoveryCode(random: Uint8Array): string {
  if (random.length !== recoveryCodeBytes) throw new RangeError(`needs ${recoveryCodeBytes} random bytes`);
  return grouped([...random].map((byte) => temporaryAlphabet[byte % temporaryAlphabet.length]).join(''));
}

const grouped = (symbols: string): string => symbols.match(new RegExp(`.{1,${groupLength}}`, 'g'))?.join('-') ?? '';

/** What was typed where a code is asked for, in its one spelling. */
export interface EnteredCode {
  readonly kind: 'app' | 'recovery';
  readonly code: string;
}

// Longer than any code with every space and hyphen that people put into it.
const maxTypedLength = 100;

/** @returns the code that was typed, whatever its spaces, hyphens, case and the script of its digits; null for none */
export function parseCode(typed: string): EnteredCode | null {
  if (typed.length > maxTypedLength) return null;
  const symbols = typed
    .normalize('NFKC')
    .replace(/[\s\u2010-\u2015-]|\p{Cf}/gu, '')
    .replace(/\p{Nd}/gu, digitOf)
    .toUpperCase();
  if (new RegExp(`^[0-9]{${codeDigits}}$`).test(symbols)) return { kind: 'app', code: symbols };
  const fits = symbols.length === recoveryCodeBytes && [...symbols].every((each) => temporaryAlphabet.includes(each));
  return fits ? { kind: 'recovery', code: grouped(symbols) } : null;
}

// Unicode has decimal digits in runs from zero to nine, and a run begins where another ends or nothing stood before.
function digitOf(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(point - before - 1))) before++;
  return String(before % 10);
}

/** A text that only a holder of the key can read, and for one purpose only. */
export interface Sealed {
  readonly text: string;
  /** Names the key, and says nothing of it. */
  readonly keyId: string;
}
