import { temporaryAlphabet } from './password.ts';

const symbols = 8;

/**
 * The pseudonym that replaces the name of an erased user: 40 bits, stable per user, and easy to read aloud.
 * @param mac a keyed digest of the user's ID, at least 8 bytes. The key prevents the pseudonym from being derived from
 * the ID
 */
export function pseudonymOf(mac: Uint8Array): string {
  const letters = [...mac.subarray(0, symbols)].map((byte) => temporaryAlphabet[byte % temporaryAlphabet.length]);
  return `${letters.slice(0, symbols / 2).join('')}-${letters.slice(symbols / 2).join('')}`;
}
