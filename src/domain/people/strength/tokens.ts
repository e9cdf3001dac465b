import type { Symbols } from './symbols.ts';

/** A part of a password that follows a pattern: the position after it, and its strength in bits. */
export interface Token {
  readonly end: number;
  readonly bits: number;
}

/** Finds the tokens that begin at a position. */
export type TokenFinder = (start: number) => Token[];

const digitBits = 3.3;
const letterBits = 4.7;
const capitalBits = 1.5;
const symbolBits = 6;
const ideographBits = 9;
const spaceBits = 1;
const commonSymbolBits = 3;
const repeatedSymbolBits = 1;
const firstIdeograph = '\u2e80';

/** Finds single characters that follow no pattern. */
export function characters({ plain, isUpper }: Symbols): TokenFinder {
  const bitsAt = (at: number): number => {
    const character = plain[at] ?? '';
    if (/\d/.test(character)) return digitBits;
    if (character === ' ') return spaceBits;
    if (character >= firstIdeograph) return ideographBits;
    if (/\p{L}/u.test(character)) return letterBits + (isUpper[at] === true ? capitalBits : 0);
    if (plain.indexOf(character) < at) return repeatedSymbolBits;
    return /[-!?.,_@#]/.test(character) ? commonSymbolBits : symbolBits;
  };
  return (start) => [{ end: start + 1, bits: bitsAt(start) }];
}

const yearBits = 4.5;
const shortYearBits = 5;
const dateBits = 11;
const dayBits = 8;
const day = '(?:0[1-9]|[12]\\d|3[01])';
const month = '(?:0[1-9]|1[0-2])';
const year = '(?:19|20)\\d\\d';
const dates: readonly (readonly [RegExp, number])[] = [
  [new RegExp(year, 'y'), yearBits],
  [/\d\d(?!\d)/y, shortYearBits],
  [new RegExp(`${day}${month}|${month}${day}`, 'y'), dayBits],
  [new RegExp(`(?:${day}${month}|${month}${day})${year}|${year}${month}${day}`, 'y'), dateBits],
  [new RegExp(`(?:${day}${month}|${month}${day})\\d\\d|\\d\\d${month}${day}`, 'y'), dateBits],
];

/** Finds years and dates without separators. */
export function datesIn({ plain }: Symbols): TokenFinder {
  // Characters outside the Basic Multilingual Plane would shift the positions.
  const text = plain.map((each) => (each.length === 1 ? each : '\u2e80')).join('');
  return (start) =>
    dates.flatMap(([pattern, bits]) => {
      pattern.lastIndex = start;
      const found = pattern.exec(text)?.[0];
      return found === undefined ? [] : [{ end: start + found.length, bits }];
    });
}

const copyBits = 2;
const minCopied = 3;

/** Finds text that occurs earlier in the password, regardless of case, including runs of one character. */
export function copies({ plain }: Symbols): TokenFinder {
  const longest = longestCopies(plain);
  return (start) => {
    const length = longest[start] ?? 0;
    const from = Math.max(1, minCopied - (plain[start] === plain[start - 1] ? 2 : 0));
    return tokenLengths(from, length).map((each) => ({ end: start + each, bits: copyBits }));
  };
}

// For each position, returns the length of the longest substring starting there that also starts at an earlier
// position.
function longestCopies(plain: readonly string[]): number[] {
  const longest = new Array<number>(plain.length).fill(0);
  let next = new Uint16Array(plain.length + 1);
  for (let start = plain.length - 1; start > 0; start--) {
    const here = new Uint16Array(plain.length + 1);
    for (let earlier = 0; earlier < start; earlier++) {
      if (plain[earlier] !== plain[start]) continue;
      const length = (here[earlier] = (next[earlier + 1] ?? 0) + 1);
      if (length > (longest[start] ?? 0)) longest[start] = length;
    }
    next = here;
  }
  return longest;
}

const longestListed = 32;

/** @returns the lengths for which tokens are listed: each from `from` to 32, and `to` if it is longer */
export function tokenLengths(from: number, to: number): number[] {
  const lengths: number[] = [];
  for (let length = from; length <= Math.min(to, longestListed); length++) lengths.push(length);
  if (to > longestListed) lengths.push(to);
  return lengths;
}
