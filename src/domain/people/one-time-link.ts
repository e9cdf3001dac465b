import { trimCopied } from './copied-text.ts';
import { temporaryAlphabet } from './password.ts';
import { isInForce } from '../plausible-time.ts';
import type { TenantState } from '../tenant.ts';

/**
 * `handOver`: issued by an administrator. `recovery`: requested by the user to choose a new password. `signIn`:
 * requested by the user to avoid the throttling delay when signing in with an unknown browser.
 */
export type LinkPurpose = 'handOver' | 'recovery' | 'signIn';

const groups = 7;
const groupLength = 4;

/** Number of random bytes for a link token. */
export const linkTokenBytes = groups * groupLength;

/** Links that users request expire sooner, because they are waiting for the email. */
const maxRequestedLifetimeMs = 60 * 60_000;

/**
 * Formats a link token of 140 bits: seven groups of four, so that it can also be typed from paper.
 * @param random 28 bytes from a cryptographic source. There is no modulo bias, because 256 is a multiple of 32
 */
export function linkToken(random: Uint8Array): string {
  if (random.length !== linkTokenBytes) throw new RangeError(`A link token requires ${linkTokenBytes} random bytes`);
  const symbols = [...random].map((byte) => temporaryAlphabet[byte % temporaryAlphabet.length]).join('');
  return symbols.replace(/.{4}(?=.)/g, '$&-');
}

/**
 * Parses the token in the URL of a one-time link. Ignores punctuation after the token, because mail and chat programs
 * include it in the URL.
 * @returns the canonical form; null if the text cannot be a token
 */
export function parseLinkToken(typed: string): string | null {
  const symbols = trimCopied(typed).replaceAll('-', '').toUpperCase();
  const fits = symbols.length === linkTokenBytes && [...symbols].every((each) => temporaryAlphabet.includes(each));
  return fits ? symbols.replace(/.{4}(?=.)/g, '$&-') : null;
}

/**
 * @param linkHours the lifetime that the rules set for links, in hours
 * @returns the lifetime of a link for this purpose, in ms
 */
export function linkLifetimeMs(purpose: LinkPurpose, linkHours: number): number {
  const handOverMs = linkHours * 60 * 60_000;
  return purpose === 'handOver' ? handOverMs : Math.min(handOverMs, maxRequestedLifetimeMs);
}

/** The data that determines whether a link is valid. Times in epoch ms. */
export interface LinkState {
  readonly purpose: LinkPurpose;
  /** The user's epoch when the link was created. */
  readonly epoch: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly openedAt: number | null;
  readonly user: {
    readonly state: 'active' | 'blocked' | 'deleted';
    readonly epoch: number;
    readonly lastSignInAt: number | null;
  };
  readonly tenant: { readonly state: TenantState };
}

/**
 * @returns whether a link is valid: it is not used, expired or superseded by a sign-in or new credentials, and its user
 * and tenant are active
 * @param now the current time, epoch ms
 */
export function isLinkValid({ epoch, createdAt, expiresAt, openedAt, user, tenant }: LinkState, now: number): boolean {
  const signedInSince = user.lastSignInAt !== null && user.lastSignInAt > createdAt;
  const isSuperseded = user.epoch !== epoch || signedInSince;
  const isUnused = openedAt === null && isInForce({ from: createdAt, until: expiresAt }, now);
  return isUnused && !isSuperseded && user.state === 'active' && tenant.state === 'active';
}
