import { readSymbols } from './symbols.ts';
import { characters, copies, datesIn } from './tokens.ts';
import { walks } from './walks.ts';
import type { Vocabulary } from './vocabulary.ts';
import { namesIn, wordsOf } from './words.ts';

/**
 * Minimum number of bits for a password to be accepted. An attacker then needs about 10^9 attempts, and sign-in is
 * also throttled.
 */
export const minBits = 30;

/**
 * Estimates the strength of a password in bits against an attacker who tries words, names and patterns. The estimate is
 * the lowest total over all ways to split the password into tokens. The time grows with the square of the length, which
 * is limited to 256 characters.
 * @param password in NFKC
 * @param names the names that the attacker would try, as `listNames` returns them
 */
export function guessBits(password: string, names: readonly string[], vocabulary: Pick<Vocabulary, 'bitsOf'>): number {
  const symbols = readSymbols(password);
  const finders = [
    characters(symbols),
    datesIn(symbols),
    copies(symbols),
    walks(symbols),
    wordsOf(vocabulary, symbols),
    namesIn(names, symbols),
  ];
  const length = symbols.plain.length;
  const least = new Array<number>(length + 1).fill(Infinity);
  least[0] = 0;
  for (let start = 0; start < length; start++) {
    for (const find of finders) {
      for (const { end, bits } of find(start)) {
        least[end] = Math.min(least[end] ?? Infinity, (least[start] ?? 0) + bits);
      }
    }
  }
  return least[length] ?? 0;
}
