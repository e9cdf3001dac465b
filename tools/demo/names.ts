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

/** Every culture a demo person may have a name of; a group that stands twice is drawn twice as often. */
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

/** A source of numbers from 0 up to but not including 1. */
export type Random = () => number;

/** Makes a source of numbers (mulberry32) that says the same for the same seed on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Takes one of several things by chance. */
export function pick<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('Nothing to pick from');
  return item;
}

/** Gives the same things in an order of chance. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** Draws the name of one person of a culture. */
export function drawName(culture: Culture, random: Random): PersonName {
  const { given, family, order } = pick<NameGroup>(cultures[culture], random);
  return fullName(pick(given, random), pick(family, random), order);
}
