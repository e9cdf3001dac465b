import { foldName, type User } from './user.ts';

/** What of a user a search looks at. */
export type SearchableUser = Pick<User, 'displayName' | 'firstName' | 'lastName' | 'username'>;

// Letters keep the marks that belong to them: in Hindi, say, a vowel is one.
const wordSeparator = /[^\p{L}\p{N}\p{M}]+/u;
const maxWordLength = 100;
const maxTextLength = 300;
const maxTermLength = 20;
const maxWords = 8;

// ς is how σ is written at the end of a word, and where a search breaks off is no end.
const wordsIn = (text: string): string[] =>
  foldName(text)
    .replaceAll('ς', 'σ')
    .split(wordSeparator)
    .filter(Boolean)
    .map((word) => truncate(word, maxWordLength));

// By letters: half of a pair of surrogates is none.
const truncate = (word: string, most: number): string =>
  word.length <= most ? word : [...word].slice(0, most).join('');

const digraphs: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };
const withDigraphs = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[äöüøå]/g, (letter) => digraphs[letter] ?? letter);
const withoutDigraphs = (word: string): string => word.replace(/([aou])e|aa/g, (_, vowel: string) => vowel || 'a');

/** @returns each word once, and none that is only a part of another one: whatever finds the part finds the whole */
function withoutSubstrings(words: readonly string[]): string[] {
  const unique = [...new Set(words)];
  return unique.filter((word) => !unique.some((other) => other !== word && other.includes(word)));
}

/**
 * The words by which a user is found, folded as names are, with a space between. A search finds the user when each of
 * its words stands within one of these. `Müller` is there as `muller` and as `mueller`, and `Mueller` likewise.
 */
export function searchTextOf({ displayName, username, firstName, lastName }: SearchableUser): string {
  const text = [displayName, username, firstName, lastName].join(' ');
  const words = wordsIn(text);
  const kept = withoutSubstrings([...words, ...wordsIn(withDigraphs(text)), ...words.map(withoutDigraphs)]);
  let left = maxTextLength;
  return kept.filter((word) => (left -= [...word].length + 1) >= 0).join(' ');
}

/** @returns the words of a search, the longest first: of more than eight, the longest eight; none where only signs were typed */
export function parseSearchQuery(typed: string): string[] {
  return withoutSubstrings(wordsIn(typed))
    .sort((one, other) => other.length - one.length)
    .slice(0, maxWords);
}

/** @returns every ending of every word of a text made by `searchWordsOf`: what begins an ending stands within a word */
export function suffixesOf(searchWords: string): string[] {
  const endings = new Set<string>();
  for (const word of searchWords.split(' ')) {
    let start = 0;
    for (const letter of word) {
      endings.add(truncate(word.slice(start), maxTermLength));
      start += letter.length;
    }
  }
  return [...endings];
}

/** @returns what to look up among endings for a word of a search: it finds at least all that the word is within */
export const searchPrefix = (word: string): string => truncate(word, maxTermLength);
