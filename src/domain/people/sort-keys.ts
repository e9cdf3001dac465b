import { foldName } from './user.ts';

// The alphabets are in the order of code points, so their letters need no keys.
const latin = Array.from('abcdefghijklmnopqrstuvwxyz');
const alphabets = [
  { alphabet: latin, others: letters([0xc0, 0x24f], [0x1e00, 0x1eff]) },
  { alphabet: Array.from('αβγδεζηθικλμνξοπρστυφχψω'), others: letters([0x370, 0x3ff]) },
  { alphabet: Array.from('абвгдежзиклмнопрстуфхцчшщъыьэюя'), others: letters([0x400, 0x52f]) },
];
// Second letters of digraphs, such as the Croatian `dž`.
const secondLetters = [...latin, 'ž'];
const untailored = new Intl.Collator('en', { sensitivity: 'base' });

const firstHan = 0x4e00;
const lastHan = 0x9fff;
// Private-use code points, which sort after the letters of every script. Han characters are replaced by ranks from
// `hanBase`. In the key of a tailored letter, `afterAll` sorts the letter after all words that begin with the preceding
// letter.
const hanBase = 0xf0000;
const afterAll = '\u{10FFFD}';
// The first of the private-use characters that replace tailored letters while the rest of the name is folded.
const placeholderBase = 0xe000;

type ToKey = (name: string) => string;

const keysByLanguage = new Map<string, ToKey>();

/**
 * Builds the key by which lists of users are sorted. Sorting these keys by code point puts the names in the language's
 * alphabetical order. Case is ignored, as are accents, unless the language treats an accented letter as a separate
 * letter. In Swedish, `Öberg` comes after `Zander`; in German, it is sorted as `Oberg`. Databases sort keys without a
 * collation, so the order can be indexed and is the same in every database.
 * @param language a BCP 47 tag
 */
export function nameSortKey(name: string, language: string): string {
  let toKey = keysByLanguage.get(language);
  if (toKey === undefined) keysByLanguage.set(language, (toKey = createToKey(language)));
  return toKey(name);
}

function createToKey(language: string): ToKey {
  const collator = new Intl.Collator(language, { sensitivity: 'base' });
  const units = tailoredUnits(collator);
  const rankHan = createHanRanks(collator);
  const longestFirst = [...units.keys()].toSorted((one, other) => other.length - one.length);
  const tailored = new RegExp(longestFirst.join('|'), 'g');
  const keys = longestFirst.map((unit) => units.get(unit) ?? unit);
  const placeholders = new Map(
    longestFirst.map((unit, index) => [unit, String.fromCodePoint(placeholderBase + index)]),
  );
  return (name) => {
    const lowerCase = name.normalize('NFC').toLocaleLowerCase(language);
    const folded = foldName(lowerCase.replace(tailored, (unit) => placeholders.get(unit) ?? unit));
    return rankHan(folded.replace(/[\uE000-\uF8FF]/g, (at) => keys[at.charCodeAt(0) - placeholderBase] ?? at));
  };
}

/** @returns the keys of the letters and digraphs that are not sorted by their folded form */
function tailoredUnits(collator: Intl.Collator): Map<string, string> {
  const keys = new Map<string, string>();
  for (const { alphabet, others } of alphabets) {
    const moved = others.filter((letter) => placeOf(collator, alphabet, letter) !== usualPlaceOf(alphabet, letter));
    const units = alphabet === latin ? [...moved, ...digraphs(collator)] : moved;
    for (const [unit, key] of keysInOrder(collator, alphabet, units)) keys.set(unit, key);
  }
  return keys;
}

/**
 * @returns the sort position of a letter that has no key. In the Latin alphabet, this is its position in most
 * languages, which sort foreign letters such as `ł` and `ø` as `l` and `o`. In other alphabets, it is the folded form
 */
function usualPlaceOf(alphabet: readonly string[], letter: string): string {
  return alphabet === latin ? placeOf(untailored, alphabet, letter) : foldName(letter);
}

/** @returns the letter that a unit sorts as; if there is none, the preceding letter with a plus sign */
function placeOf(collator: Intl.Collator, alphabet: readonly string[], unit: string): string {
  const before = alphabet.findLast((letter) => collator.compare(letter, unit) <= 0) ?? '';
  return collator.compare(before, unit) === 0 ? before : `${before}+`;
}

/** @returns the pairs of letters that the language sorts as one letter, such as `ch` in Czech */
function digraphs(collator: Intl.Collator): string[] {
  // Greek letters come after all Latin ones, so a pair can follow `ω` only if the language sorts it as one letter.
  return latin.flatMap((first) =>
    secondLetters.map((second) => first + second).filter((pair) => collator.compare(pair, `${first}ω`) > 0),
  );
}

/**
 * @returns each unit with its key: the letter that it equals, or a key that sorts after the preceding letter. Equal
 * units have the same key
 */
function* keysInOrder(
  collator: Intl.Collator,
  alphabet: readonly string[],
  units: readonly string[],
): Generator<[string, string]> {
  let rank = 0;
  let last = '';
  for (const unit of units.toSorted(collator.compare)) {
    if (collator.compare(last, unit) !== 0) rank++;
    last = unit;
    const place = placeOf(collator, alphabet, unit);
    const key = `${place.slice(0, 1)}${afterAll}${String.fromCodePoint(rank)}`;
    yield [unit, place.endsWith('+') ? key : place];
  }
}

/**
 * @returns a function that replaces Han characters so that they sort in the order of the language, for example by
 * Pinyin
 */
function createHanRanks(collator: Intl.Collator): ToKey {
  const sample = hanCharacters(64);
  if (sample.every((character, index) => index === 0 || collator.compare(sample[index - 1] ?? '', character) < 0)) {
    return (key) => key;
  }
  let ranks: Map<string, string> | null = null;
  return (key) =>
    key.replace(/[\u4E00-\u9FFF]/g, (character) => (ranks ??= hanRanks(collator)).get(character) ?? character);
}

function hanRanks(collator: Intl.Collator): Map<string, string> {
  const ordered = hanCharacters(1).sort(collator.compare);
  return new Map(ordered.map((character, rank) => [character, String.fromCodePoint(hanBase + rank)]));
}

function hanCharacters(step: number): string[] {
  const count = Math.ceil((lastHan - firstHan) / step);
  return Array.from({ length: count }, (_, index) => String.fromCodePoint(firstHan + index * step));
}

/** @returns the lowercase letters in ranges of code points, both ends included */
function letters(...ranges: readonly (readonly [number, number])[]): string[] {
  return ranges
    .flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)),
    )
    .filter((letter) => /\p{Ll}/u.test(letter));
}
