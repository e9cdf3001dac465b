import { temporaryAlphabet } from './password.ts';

const symbols = 8;

/**
 * What stands in the place of an erased person's name: the same for the same person, 40 bits, easy to read out.
 * @param mac a keyed digest of the person's id, of 8 bytes or more: without the key nobody makes it of an id
 */
export function pseudonymOf(mac: Uint8Array): string {
  const letters = [...mac.subarray(0, symbols)].map((byte) => temporaryAlphabet[byte % temporaryAlphabet.length]);
  return `${letters.slice(0, symbols / 2).join('')}-${letters.slice(symbols / 2).join('')}`;
}
