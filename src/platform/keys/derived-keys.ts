import { hkdfSync } from 'node:crypto';

const keyBytes = 32;

/**
 * Derives keys for one use from secrets that have several uses, so that a signature or digest for one use is not valid
 * for another.
 * @param use the name of the use, which must be unique
 * @returns one key per secret, in the same order
 */
export const derivedKeys = (secrets: readonly string[], use: string): readonly string[] =>
  secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', `parvis ${use}`, keyBytes)).toString('base64url'));
