import { foldName } from '../user.ts';

/** A password prepared for pattern matching: one entry per folded character. */
export interface Symbols {
  /** Lowercase letters without accents, digits and other characters. */
  readonly plain: readonly string[];
  /** `plain` with substitute characters replaced by the letters that they stand for. */
  readonly letters: string;
  readonly isUpper: readonly boolean[];
}

// Characters that are substituted for each other share one representative, so that one lookup finds a word in any
// spelling.
const confused = ['a4@', 'b8', 'c(', 'e3€', 'g69', 'il1!|', 'o0', 's5$', 't7+', 'z2'];
const representatives = new Map(
  confused.flatMap(([letter = '', ...substitutes]) => substitutes.map((each): [string, string] => [each, letter])),
);
const substitutes = new RegExp(`[${RegExp.escape([...representatives.keys()].join(''))}]`, 'g');

/** @returns the letter for which a character is substituted; the character itself if there is none */
export const representativeOf = (character: string): string => representatives.get(character) ?? character;

/** @returns the lookup form of a word: folded, with characters replaced by their representatives */
export function lookupForm(word: string): string {
  const folded = foldName(word);
  // Most words consist only of letters, and the only letter to replace is `l`.
  if (onlyLetters.test(folded)) return folded.replaceAll('l', 'i');
  return folded.replace(substitutes, representativeOf);
}

const onlyLetters = /^[a-z]*$/;

/** @param password in NFKC */
export function readSymbols(password: string): Symbols {
  const plain: string[] = [];
  const isUpper: boolean[] = [];
  for (const character of password) {
    const isCapital = character !== character.toLowerCase();
    for (const each of foldName(character) || character) {
      plain.push(each);
      isUpper.push(isCapital);
    }
  }
  return { plain, letters: plain.map(representativeOf).join(''), isUpper };
}
