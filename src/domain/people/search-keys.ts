import { foldName, unspacedScripts, type User } from './user.ts';
import { removeInvisible } from './visible-text.ts';

/** The fields of a user that are searched. */
export type SearchableUser = Pick<User, 'displayName' | 'firstName' | 'lastName' | 'username'>;

// Combining marks belong to words: in Hindi, for example, they are vowels.
const wordSeparator = /[^\p{L}\p{N}\p{M}]+/u;
const maxWordLength = 100;
const maxTextLength = 300;
const maxTermLength = 20;
const maxWords = 8;

// ς is the form of σ at the end of a word, but a search term may end inside a word.
const wordsIn = (text: string): string[] =>
  foldName(removeInvisible(text))
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
const hasDigraph = (text: string): boolean => /[äöüøå]/i.test(text.normalize('NFC'));
const withoutDigraphs = (word: string): string => word.replace(/([aou])e|aa/g, (_, vowel: string) => vowel || 'a');

/** Removes duplicates and words that are contained in other words, because they do not affect the search. */
function withoutSubstrings(words: readonly string[]): string[] {
  const unique = [...new Set(words)];
  return unique.filter((word) => !unique.some((other) => other !== word && other.includes(word)));
}

/** The words of each field, in one spelling. */
type FieldWords = Readonly<Record<keyof SearchableUser, readonly string[]>>;

const wordsOfFields = (user: SearchableUser, spelled: (text: string) => string): FieldWords => ({
  displayName: wordsIn(spelled(user.displayName)),
  username: wordsIn(spelled(user.username)),
  firstName: wordsIn(spelled(user.firstName)),
  lastName: wordsIn(spelled(user.lastName)),
});

// Split a display name only between two words of at least this length. First and last names are not written as one
// word, but a shorter word can be a particle, such as _Van_, which some imports include in the first name.
const minNameLength = 4;

/** Splits a display name where the first and last names meet, in either order. */
function splitDisplayName({ displayName, firstName, lastName }: FieldWords): (readonly string[])[] {
  const isBoundary = (before: string | undefined, after: string | undefined): boolean =>
    (before === firstName.at(-1) && after === lastName[0]) || (before === lastName.at(-1) && after === firstName[0]);
  const at = displayName.findIndex((word, index) => index > 0 && isBoundary(displayName[index - 1], word));
  const isSplit = at > 0 && [displayName[at - 1], displayName[at]].every((word = '') => word.length >= minNameLength);
  return isSplit ? [displayName.slice(0, at), displayName.slice(at)] : [displayName];
}

/**
 * @param isUnspaced whether the first and last names are in scripts without spaces, in which case the two names are
 * also joined
 * @returns the words of each name written together: `obrien` for O’Brien, `vankirk` for Van Kirk
 */
function joinedWords(words: FieldWords, isUnspaced: boolean): string[] {
  const { firstName, lastName } = words;
  const fullNames = isUnspaced ? [[...lastName, ...firstName], firstName.concat(lastName)] : [];
  return [firstName, lastName, ...splitDisplayName(words), ...fullNames]
    .filter((parts) => parts.length > 1)
    .flatMap((parts) => [parts.join(''), parts.map(withoutDigraphs).join('')])
    .map((word) => truncate(word, maxWordLength));
}

const lengthOf = (word: string): number => [...word].length + 1;

/**
 * Builds the search text of a user: folded words separated by spaces. A query matches if each of its words is contained
 * in one of these words. For both `Müller` and `Mueller`, the text contains `muller` and `mueller`. Joined words
 * replace the words that they consist of, so that the index does not grow. Joined words that would exceed the maximum
 * length are omitted.
 */
export function searchTextOf(user: SearchableUser): string {
  const spellings = [wordsOfFields(user, (text) => text)];
  const names = [user.displayName, user.firstName, user.lastName].join(' ');
  if (hasDigraph(names)) spellings.push(wordsOfFields(user, withDigraphs));
  const [words = [], transcribed = []] = spellings.map((fields) => Object.values(fields).flat());
  const searchable = withoutSubstrings([...words, ...transcribed, ...words.map(withoutDigraphs)]);
  let left = maxTextLength;
  const kept = searchable.filter((word) => (left -= lengthOf(word)) >= 0);
  const isUnspaced = [user.firstName, user.lastName].every((name) => unspacedScripts.test(name));
  const joined = new Set(spellings.flatMap((fields) => joinedWords(fields, isUnspaced)));
  return [...joined].reduce(addWithinLimit, kept).join(' ');
}

/** Adds a joined word, unless the text would be too long. */
function addWithinLimit(words: string[], joined: string): string[] {
  const all = withoutSubstrings([joined, ...words]);
  return all.reduce((sum, word) => sum + lengthOf(word), 0) <= maxTextLength ? all : words;
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
