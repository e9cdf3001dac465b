import { createRequire } from 'node:module';
import type * as Otpauth from 'otpauth';
import { codeDigits, stepSeconds } from '../../domain/people/second-factor.ts';

// Loaded on first use, to keep startup fast.
const require = createRequire(import.meta.url);
const otpauth = (): typeof Otpauth => require('otpauth') as typeof Otpauth;

// RFC 4226, section 4: the length of the HMAC output.
const seedBytes = 20;
// Also accept codes of the previous and the next step, because clocks differ and users type slowly.
const skewSteps = 1;

/**
 * Binds an encrypted seed to its user (additional authenticated data): a seed that is copied into another user's row
 * cannot be decrypted.
 */
export const seedPurpose = (userId: string): string => `seed of ${userId}`;

/** @returns a new seed in base 32, for authenticator apps and manual entry */
export const generateSeed = (): string => new (otpauth().Secret)({ size: seedBytes }).base32;

/**
 * @param now the current time, epoch ms
 * @returns the time step of a code, counted from the Unix epoch (RFC 6238); null if the code is not valid now
 */
export function matchingTimeStep(seed: string, code: string, now: number): number | null {
  const delta = totpOf(seed).validate({ token: code, timestamp: now, window: skewSteps });
  return delta === null ? null : Math.floor(now / 1_000 / stepSeconds) + delta;
}

/** @returns the `otpauth:` URI for the QR code. It contains the seed, so it must not be logged or stored */
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
