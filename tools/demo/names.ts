import {
  chinese,
  chineseShort,
  devanagari,
  japanese,
  korean,
  southAsianLatin,
  vietnameseFrench,
  vietnameseGerman,
} from './names/asian.ts';
import { english, westAfrican } from './names/english.ts';
import { fullName, type NameGroup, type PersonName } from './names/entries.ts';
import { czech, danubian, dutch, iberian, italian, nordic, polish, turkish } from './names/european.ts';
import { french, frenchLong, frenchNamesakes } from './names/french.ts';
import { german, germanLong, germanNamesakes } from './names/german.ts';
import { cyrillic, greek } from './names/greek-cyrillic.ts';
import { arabic, hebrew, maghrebiLatin } from './names/semitic.ts';

/** The name groups of every culture. A group that is listed twice is picked twice as often. */
export const cultures = {
  arabic,
  chinese,
  chineseShort,
  cyrillic,
  czech,
  danubian,
  devanagari,
  dutch,
  english,
  french,
  frenchLong,
  frenchNamesakes,
  german,
  germanLong,
  germanNamesakes,
  greek,
  hebrew,
  iberian,
  italian,
  japanese,
  korean,
  maghrebiLatin,
  nordic,
  polish,
  southAsianLatin,
  turkish,
  vietnameseFrench,
  vietnameseGerman,
  westAfrican,
} satisfies Record<string, readonly NameGroup[]>;

export type Culture = keyof typeof cultures;

/** Returns a random number that is at least 0 and less than 1. */
export type Random = () => number;

/** Creates a random number generator (mulberry32) that returns the same numbers for the same seed on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picks a random item. */
export function pick<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('Cannot pick from an empty list');
  return item;
}

/** Returns the items in random order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** Picks a random name of a culture. */
export function drawName(culture: Culture, random: Random): PersonName {
  const { given, family, order } = pick<NameGroup>(cultures[culture], random);
  return fullName(pick(given, random), pick(family, random), order);
}
