import { foldName } from '../user.ts';
import { lookupForm, representativeOf, type Symbols } from './symbols.ts';
import type { Token, TokenFinder } from './tokens.ts';

/** The strength of each known word in bits, by its `lookupForm`. */
export type Vocabulary = ReadonlyMap<string, number>;

export const maxWordLength = 32;
const minReversed = 4;
const minSubstituted = 4;
const minLetters = 2;
const reversedBits = 1;
const substitutedBits = 1;
const capitalizedBits = 0.5;
const mixedCaseBits = 2;

/** Finds the words of a vocabulary, in upper or lower case, reversed, or with characters in place of letters. */
export function wordsOf(vocabulary: Vocabulary, symbols: Symbols): TokenFinder {
  const { letters } = symbols;
  const positions = positionsOf(letters);
  const reversed = [...letters].reverse().join('');
  const fromEnd = (position = 0): number => letters.length - position;
  return (start) => {
    const found: Token[] = [];
    for (let end = start + 2; end <= Math.min(positions.length - 1, start + maxWordLength); end++) {
      const text = letters.slice(positions[start], positions[end]);
      const bits = vocabulary.get(text);
      const mirrored = reversed.slice(fromEnd(positions[end]), fromEnd(positions[start]));
      const backwards = end - start < minReversed ? undefined : vocabulary.get(mirrored);
      const least = Math.min(bits ?? Infinity, (backwards ?? Infinity) + reversedBits);
      if (least === Infinity || !isWord(symbols, start, end)) continue;
      found.push({ end, bits: least + spellingBits(symbols, start, end) });
    }
    return found;
  };
}

// Returns the position of each character in UTF-16 code units, and the length of the text.
function positionsOf(text: string): number[] {
  const positions = [0];
  for (const each of text) positions.push((positions.at(-1) ?? 0) + each.length);
  return positions;
}

// Text with substitutes is a word only if it is long enough and has some letters. Otherwise numbers and short mixtures
// of letters and digits would be words.
function isWord({ plain }: Symbols, start: number, end: number): boolean {
  let substituted = 0;
  for (let at = start; at < end; at++) if (isSubstitute(plain[at] ?? '')) substituted++;
  return substituted === 0 || (end - start >= minSubstituted && end - start - substituted >= minLetters);
}

const isSubstitute = (character: string): boolean => character !== 'l' && representativeOf(character) !== character;

function spellingBits({ plain, isUpper }: Symbols, start: number, end: number): number {
  let capitals = 0;
  let substituted = 0;
  for (let at = start; at < end; at++) {
    if (isUpper[at]) capitals++;
    if (isSubstitute(plain[at] ?? '')) substituted++;
  }
  const isPlain = capitals === 0 || capitals === end - start || (capitals === 1 && isUpper[start] === true);
  return (isPlain ? capitals && capitalizedBits : mixedCaseBits) + (substituted > 0 ? substitutedBits : 0);
}

const nameBits = 1;
const minName = 3;
const lettersPerTypo = 5;

/** Finds the given names, also reversed, and with up to one other character per five. */
export function namesIn(names: readonly string[], { letters }: Symbols): TokenFinder {
  const text = [...letters];
  const known = names.filter((name) => foldName(name).length >= minName).map((name) => [...lookupForm(name)]);
  const forms = [...known, ...known.map((name) => name.toReversed())];
  return (start) =>
    forms.filter((name) => isNameAt(text, start, name)).map((name) => ({ end: start + name.length, bits: nameBits }));
}

/** @returns whether a name begins at a position. One character per five may differ */
export function isNameAt(text: readonly string[], start: number, name: readonly string[]): boolean {
  if (start + name.length > text.length) return false;
  let typos = Math.floor(name.length / lettersPerTypo);
  return name.every((letter, index) => letter === text[start + index] || typos-- > 0);
}
