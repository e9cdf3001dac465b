import { Vocabulary } from '../../../domain/people/strength/vocabulary.ts';
import { germanWords } from './german-words.ts';
import { predictableWords } from './predictable-words.ts';

type WordLists = Readonly<Record<string, readonly string[]>>;

/**
 * @returns whether a list is too short to use. Its words, such as numbers, colors and animals, would make passphrases
 * look weak
 */
const isShort = (words: readonly string[]): boolean => words.length < 30;
const predictableList = /^(?:predictableWords|seasons|months|daysOfWeek)/;
const predictableBits = 4;
const leastBits = 1;
// The minimum for nouns and verbs: in a passphrase, even a common word is one of hundreds of likely choices.
const ordinaryBits = 8;
// The maximum for any word: attackers combine all words, including rare ones, with years and keyboard walks.
const mostBits = 12;
const minOrdinaryLength = 4;
const sampled = 10;
// Loaded in every region, because the filter of common passwords omits passwords that these words already identify as
// weak.
const alwaysLoaded = ['common', 'en', 'fr', 'de'];

/**
 * Loads the words that attackers try, from the most common to the rarest.
 * @param languages additional languages whose dictionaries are used if zxcvbn provides them
 */
export async function loadVocabulary(languages: readonly string[]): Promise<Vocabulary> {
  const lists = await Promise.all([...new Set([...alwaysLoaded, ...languages])].map(wordListsOf));
  const vocabulary = new Vocabulary();
  for (const each of lists) for (const [name, words] of Object.entries(each)) addList(name, words, vocabulary);
  addList('germanWords', germanWords, vocabulary);
  addList('predictableWords', predictableWords, vocabulary);
  return vocabulary;
}

function addList(name: string, words: readonly string[], vocabulary: Vocabulary): void {
  const isPredictable = predictableList.test(name);
  if (isShort(words) && !isPredictable) return;
  // The position in an alphabetical list does not show how common a word is.
  const isSorted = words.slice(1, sampled).every((word, index) => word >= (words[index] ?? ''));
  const floor = name.startsWith('passwords') ? leastBits : ordinaryBits;
  for (const [index, word] of words.entries()) {
    const rankBits = Math.log2(isSorted ? words.length / 2 : index + 2);
    const least = word.length < minOrdinaryLength ? leastBits : floor;
    const bits = isPredictable ? predictableBits : Math.min(mostBits, Math.max(least, rankBits));
    vocabulary.add(word, bits);
    if (hasOtherSpellings.test(word)) for (const spelling of otherSpellings(word)) vocabulary.add(spelling, bits);
  }
}

const hasOtherSpellings = /[äöü'’-]/;

// `Köln` is also written `Koeln`, and `aujourd'hui` without its apostrophe.
const otherSpellings = (word: string): readonly string[] => [
  word.replace(/[äöü]/g, (letter) => `${letter.normalize('NFD')[0] ?? ''}e`),
  word.replace(/['’-]/g, ''),
];

/** @returns the dictionary of a language; empty if its package is not installed */
async function wordListsOf(language: string): Promise<WordLists> {
  try {
    const loaded = (await import(`@zxcvbn-ts/language-${language.toLowerCase()}`)) as { dictionary: WordLists };
    return loaded.dictionary;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return {};
    throw error;
  }
}
