import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pluralFormsOf, type Languages, type LanguageSettings } from '../platform/config/languages.ts';

/** Nested translations from one locale file. */
export interface TextGroup {
  [name: string]: string | TextGroup;
}

/** The translations of a language by namespace, which is the file name without the extension. */
export type Namespaces = Readonly<Record<string, TextGroup>>;

/** The language with which all other languages are compared. */
const referenceLanguage = 'en';
const settingsFile = 'language.json';

/**
 * Reads the translations of a language from all its folders. A translation in a later folder replaces one with the same
 * key in an earlier folder.
 */
export function readTexts({ folders }: Pick<LanguageSettings, 'folders'>): Namespaces {
  const namespaces: Record<string, TextGroup> = {};
  for (const folder of folders) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json') && name !== settingsFile)) {
      const content = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as TextGroup;
      merge((namespaces[path.basename(file, '.json')] ??= {}), content);
    }
  }
  return namespaces;
}

function merge(into: TextGroup, from: TextGroup): void {
  for (const [name, value] of Object.entries(from)) {
    const existing = into[name];
    if (typeof value === 'object' && typeof existing === 'object') merge(existing, value);
    else into[name] = value;
  }
}

/**
 * Compares the languages with English.
 * @param texts the texts of each language, by tag
 * @returns one line for each missing translation, plural form or placeholder of a language, and each unknown
 * placeholder
 */
export function textFaults(languages: Languages, texts: ReadonlyMap<string, Namespaces>): string[] {
  const reference = placeholdersByKey(texts.get(referenceLanguage) ?? {});
  return [...languages.keys()].flatMap((tag) => {
    const flat = flatten(texts.get(tag) ?? {});
    const pluralForms = pluralFormsOf(tag);
    return [...reference].flatMap(([key, expected]) =>
      faultsOfText(flat, key, expected, pluralForms).map((fault) => `${tag}: ${fault}`),
    );
  });
}

interface Expected {
  readonly isCounted: boolean;
  readonly placeholders: ReadonlySet<string>;
}

function faultsOfText(
  flat: ReadonlyMap<string, string>,
  key: string,
  { isCounted, placeholders }: Expected,
  pluralForms: readonly string[],
): string[] {
  const keys = isCounted ? pluralForms.map((form) => `${key}_${form}`) : [key];
  return keys.flatMap((each) => {
    const text = flat.get(each);
    if (text === undefined || text === '') return [`${each} is missing`];
    const found = placeholdersOf(text);
    // A plural form such as “one user” may omit the number.
    const missing = [...placeholders].filter((name) => !found.has(name) && !(isCounted && name === 'count'));
    const unknown = [...found].filter((name) => !placeholders.has(name) && !(isCounted && name === 'count'));
    return [
      ...missing.map((name) => `${each} lacks {{${name}}}`),
      ...unknown.map((name) => `${each} has {{${name}}}, which is not a placeholder of the English text`),
    ];
  });
}

const pluralEnding = /_(zero|one|two|few|many|other)$/;

function placeholdersByKey(namespaces: Namespaces): Map<string, Expected> {
  const all = new Map<string, Expected>();
  for (const [key, text] of flatten(namespaces)) {
    const base = key.replace(pluralEnding, '');
    const known = all.get(base)?.placeholders ?? [];
    all.set(base, { isCounted: base !== key, placeholders: new Set([...known, ...placeholdersOf(text)]) });
  }
  return all;
}

/** @returns the names between double braces: `{{name}}`, `{{- name}}` and `{{count, number}}` alike */
export const placeholdersOf = (text: string): Set<string> =>
  new Set([...text.matchAll(/\{\{-?\s*([^,}\s]+)[^}]*\}\}/g)].map(([, name]) => name ?? ''));

/** @returns every translation by its full key, such as `users:list.title` */
export const flatten = (namespaces: Namespaces): Map<string, string> =>
  new Map(Object.entries(namespaces).flatMap(([namespace, group]) => flattenGroup(`${namespace}:`, group)));

function flattenGroup(prefix: string, group: TextGroup): [string, string][] {
  return Object.entries(group).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + name, value]] : flattenGroup(`${prefix}${name}.`, value),
  );
}
