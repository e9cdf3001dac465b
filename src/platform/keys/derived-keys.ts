import { hkdfSync } from 'node:crypto';

const keyBytes = 32;

/**
 * Derives keys for one use from secrets that have several, so that what is made for one use proves nothing for another.
 * @param use names the use; every use has another name
 * @returns one key per secret, in the same order
 */
export const derivedKeys = (secrets: readonly string[], use: string): readonly string[] =>
  secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', `parvis ${use}`, keyBytes)).toString('base64url'));
