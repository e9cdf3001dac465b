import { temporaryAlphabet } from './password.ts';
import type { TenantState } from '../tenant.ts';

/** What a one-time link is for: what an administrator hands over, or what its user asked for alone. */
export type LinkPurpose = 'handOver' | 'recovery';

const groups = 7;
const groupLength = 4;

/** How many random bytes the token of one link takes. */
export const linkTokenBytes = groups * groupLength;

/** So long at the most may somebody who recovers alone take to open the mail: nobody but they waited for it. */
const recoveryLifetimeMs = 60 * 60_000;

/**
 * The token of a one-time link, of 140 bits: seven groups of four, so that it can also be typed from a sheet of paper.
 * @param random 28 bytes from a cryptographic source; 256 is a multiple of 32, so that no symbol is favoured
 */
export function linkToken(random: Uint8Array): string {
  if (random.length !== linkTokenBytes) throw new RangeError(`needs ${linkTokenBytes} random bytes`);
  const symbols = [...random].map((byte) => temporaryAlphabet[byte % temporaryAlphabet.length]).join('');
  return symbols.replace(/.{4}(?=.)/g, '$&-');
}

/** @returns the one spelling of a token that was typed or clicked, or null when the text cannot be one */
export function parseLinkToken(typed: string): string | null {
  const symbols = typed.replaceAll('-', '').toUpperCase();
  const fits = symbols.length === linkTokenBytes && [...symbols].every((each) => temporaryAlphabet.includes(each));
  return fits ? symbols.replace(/.{4}(?=.)/g, '$&-') : null;
}

/** @param linkHours as the rules have it @returns how long a link can be opened, in ms */
export function linkLifetimeMs(purpose: LinkPurpose, linkHours: number): number {
  const handOverMs = linkHours * 60 * 60_000;
  return purpose === 'handOver' ? handOverMs : Math.min(handOverMs, recoveryLifetimeMs);
}

/** What decides whether a link still opens anything. Times in epoch ms. */
export interface LinkState {
  readonly purpose: LinkPurpose;
  /** The user's epoch when the link was made. */
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

/** @returns whether a link opens something now: burnt, lapsed, or overtaken by anything that happened to its user, it does not */
export function isLinkValid({ epoch, createdAt, expiresAt, openedAt, user, tenant }: LinkState, now: number): boolean {
  const signedInSince = user.lastSignInAt !== null && user.lastSignInAt > createdAt;
  const overtaken = user.epoch !== epoch || signedInSince;
  return openedAt === null && now < expiresAt && !overtaken && user.state === 'active' && tenant.state === 'active';
}
