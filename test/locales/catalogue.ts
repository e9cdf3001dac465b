import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** The languages of the portal. */
export const languages = ['en', 'fr', 'de'] as const;
export type Language = (typeof languages)[number];

/** The texts of one language by full key, such as `users:list.title`. */
export type Texts = ReadonlyMap<string, string>;
export type Catalogue = Readonly<Record<Language, Texts>>;

/** Reads `locales/<language>/<namespace>.json`. A language without files yields an empty map. */
export function readCatalogue(folder = 'locales'): Catalogue {
  const read = (language: Language): Texts => {
    const files = existsSync(`${folder}/${language}`)
      ? globSync(`${folder}/${language}/*.json`, { exclude: ['**/language.json'] }).sort()
      : [];
    return new Map(
      files.flatMap((file) => flatten(`${basename(file, '.json')}:`, JSON.parse(readFileSync(file, 'utf8')))),
    );
  };
  return { en: read('en'), fr: read('fr'), de: read('de') };
}

/** Builds a catalogue from plain objects, for testing the checks. */
export function catalogueOf(texts: Partial<Record<Language, Record<string, string>>>): Catalogue {
  const map = (language: Language): Texts => new Map(Object.entries(texts[language] ?? {}));
  return { en: map('en'), fr: map('fr'), de: map('de') };
}

/** @returns all texts with their language, in the order of the files */
export function everyText(catalogue: Catalogue): { language: Language; key: string; text: string }[] {
  return languages.flatMap((language) => [...catalogue[language]].map(([key, text]) => ({ language, key, text })));
}

/** @returns the namespaces of all languages */
export function namespacesOf(catalogue: Catalogue): Set<string> {
  return new Set(everyText(catalogue).map(({ key }) => key.slice(0, key.indexOf(':'))));
}

const pluralEnding = /_(ordinal_)?(zero|one|two|few|many|other)$/;

/** @returns the key that code uses: `users:found` for `users:found_one` */
export function baseOf(key: string): string {
  return key.replace(pluralEnding, '');
}

/** @returns the plural category of a key; null if the text is not a plural form */
export function pluralOf(key: string): { category: Intl.LDMLPluralRule; type: 'cardinal' | 'ordinal' } | null {
  const [, ordinal, category] = pluralEnding.exec(key) ?? [];
  if (category === undefined) return null;
  return { category: category as Intl.LDMLPluralRule, type: ordinal === undefined ? 'cardinal' : 'ordinal' };
}

function flatten(prefix: string, value: unknown): [string, string][] {
  if (typeof value === 'string') return [[prefix, value]];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${prefix} is neither a text nor a group of texts`);
  }
  const joint = prefix.endsWith(':') ? '' : '.';
  return Object.entries(value).flatMap(([name, inner]) => flatten(`${prefix}${joint}${name}`, inner));
}
