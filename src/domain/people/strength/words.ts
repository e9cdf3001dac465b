import { foldName } from '../user.ts';
import { Fingerprint } from './fingerprint.ts';
import { lookupForm, representativeOf, type Symbols } from './symbols.ts';
import type { Token, TokenFinder } from './tokens.ts';
import { maxWordLength, minWordLength, type Vocabulary } from './vocabulary.ts';

const minReversed = 4;
const minSubstituted = 4;
const minLetters = 2;
const reversedBits = 1;
const substitutedBits = 1;
const capitalizedBits = 0.5;
const mixedCaseBits = 2;

/** Finds the words of a vocabulary, in upper or lower case, reversed, or with characters in place of letters. */
export function wordsOf(vocabulary: Pick<Vocabulary, 'bitsOf'>, symbols: Symbols): TokenFinder {
  const codePoints = Array.from(symbols.letters, (letter) => letter.codePointAt(0) ?? 0);
  const [forward, backward] = [new Fingerprint(), new Fingerprint()];
  return (start) => {
    const found: Token[] = [];
    forward.clear();
    backward.clear();
    for (let end = start + 1; end <= Math.min(codePoints.length, start + maxWordLength); end++) {
      forward.append(codePoints[end - 1] ?? 0);
      backward.prepend(codePoints[end - 1] ?? 0);
      if (end - start < minWordLength) continue;
      const bits = vocabulary.bitsOf(forward) ?? Infinity;
      const reversed = end - start < minReversed ? undefined : vocabulary.bitsOf(backward);
      const least = Math.min(bits, (reversed ?? Infinity) + reversedBits);
      if (least === Infinity || !isWord(symbols, start, end)) continue;
      found.push({ end, bits: least + spellingBits(symbols, start, end) });
    }
    return found;
  };
}

// Text with substituted characters is a word only if it is long enough and contains some letters. Otherwise, numbers
// and short mixtures of letters and digits would be mistaken for words.
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

/** Finds the listed names, forward or reversed. Up to one character in five may differ. */
export function namesIn(names: readonly string[], { letters }: Symbols): TokenFinder {
  const text = [...letters];
  const known = names.filter((name) => foldName(name).length >= minName).map((name) => [...lookupForm(name)]);
  const forms = [...known, ...known.map((name) => name.toReversed())];
  return (start) =>
    forms.filter((name) => isNameAt(text, start, name)).map((name) => ({ end: start + name.length, bits: nameBits }));
}

/** @returns whether a name begins at a position. Up to one character in five may differ */
export function isNameAt(text: readonly string[], start: number, name: readonly string[]): boolean {
  if (start + name.length > text.length) return false;
  let typos = Math.floor(name.length / lettersPerTypo);
  return name.every((letter, index) => letter === text[start + index] || typos-- > 0);
}
