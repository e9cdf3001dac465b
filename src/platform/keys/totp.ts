import { createRequire } from 'node:module';
import type * as Otpauth from 'otpauth';
import { codeDigits, stepSeconds } from '../../domain/people/second-factor.ts';

// Loaded at the first call: starting the portal does not need it.
const require = createRequire(import.meta.url);
const otpauth = (): typeof Otpauth => require('otpauth') as typeof Otpauth;

// RFC 4226, 4: as long as the digest of the HMAC.
const seedBytes = 20;
// A code of the step before or after is taken as well: clocks differ, and people type slowly.
const skewSteps = 1;

/** Names whose seed a sealed text is: put into another's row, it does not open. */
export const seedPurpose = (userId: string): string => `seed of ${userId}`;

/** @returns a new seed, in base 32 as apps and people take it */
export const generateSeed = (): string => new (otpauth().Secret)({ size: seedBytes }).base32;

/**
 * @param now epoch ms
 * @returns the time step, counted from the epoch, whose code this is; null where it is none of those that are taken now
 */
export function matchingTimeStep(seed: string, code: string, now: number): number | null {
  const delta = totpOf(seed).validate({ token: code, timestamp: now, window: skewSteps });
  return delta === null ? null : Math.floor(now / 1_000 / stepSeconds) + delta;
}

/** @returns what an app reads from the QR code. It holds the seed: nothing but that picture may be made of it */
export const otpauthUri = (seed: string, names: { issuer: string; label: string }): string =>
  totpOf(seed, names).toString();

function totpOf(seed: string, names: { issuer?: string; label?: string } = {}): Otpauth.TOTP {
  const { Secret, TOTP } = otpauth();
  return new TOTP({
    ...names,
    algorithm: 'SHA1',
    digits: codeDigits,
    period: stepSeconds,
    secret: Secret.fromBase32(seed),
  });
}
