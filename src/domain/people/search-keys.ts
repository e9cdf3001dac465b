import { foldName, type User } from './user.ts';

/** The fields of a user that are searched. */
export type SearchableUser = Pick<User, 'displayName' | 'firstName' | 'lastName' | 'username'>;

// Combining marks belong to words: in Hindi, for example, they are vowels.
const wordSeparator = /[^\p{L}\p{N}\p{M}]+/u;
const maxWordLength = 100;
const maxTextLength = 300;
const maxTermLength = 20;
const maxWords = 8;

// ς is σ at the end of a word, but the end of a search term may be in the middle of a word.
const wordsIn = (text: string): string[] =>
  foldName(text)
    .replaceAll('ς', 'σ')
    .split(wordSeparator)
    .filter(Boolean)
    .map((word) => truncate(word, maxWordLength));

// Truncate by code points, so that surrogate pairs are not split.
const truncate = (word: string, max: number): string => (word.length <= max ? word : [...word].slice(0, max).join(''));

const digraphs: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };
const withDigraphs = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[äöüøå]/g, (letter) => digraphs[letter] ?? letter);
const withoutDigraphs = (word: string): string => word.replace(/([aou])e|aa/g, (_, vowel: string) => vowel || 'a');

/** Removes duplicates and words that are contained in other words, because they do not affect the search. */
function withoutSubstrings(words: readonly string[]): string[] {
  const unique = [...new Set(words)];
  return unique.filter((word) => !unique.some((other) => other !== word && other.includes(word)));
}

/**
 * Builds the search text of a user: folded words separated by spaces. A query matches if each of its words is contained
 * in one of these words. For both `Müller` and `Mueller`, it contains `muller` and `mueller`.
 */
export function searchTextOf({ displayName, username, firstName, lastName }: SearchableUser): string {
  const text = [displayName, username, firstName, lastName].join(' ');
  const words = wordsIn(text);
  const searchable = withoutSubstrings([...words, ...wordsIn(withDigraphs(text)), ...words.map(withoutDigraphs)]);
  let left = maxTextLength;
  return searchable.filter((word) => (left -= [...word].length + 1) >= 0).join(' ');
}

/** @returns the words of a query, longest first, at most eight; empty if the query contains only punctuation */
export function parseSearchQuery(typed: string): string[] {
  return withoutSubstrings(wordsIn(typed))
    .sort((one, other) => other.length - one.length)
    .slice(0, maxWords);
}

/**
 * @returns all suffixes of the words in a search text. A prefix of a suffix is a substring of the word, so an index of
 * suffixes finds substrings.
 */
export function suffixesOf(searchWords: string): string[] {
  const suffixes = new Set<string>();
  for (const word of searchWords.split(' ')) {
    let start = 0;
    for (const letter of word) {
      suffixes.add(truncate(word.slice(start), maxTermLength));
      start += letter.length;
    }
  }
  return [...suffixes];
}

/**
 * @returns the prefix of a query word to look up in the index of suffixes. A truncated prefix can also match other
 * words
 */
export const searchPrefix = (word: string): string => truncate(word, maxTermLength);
