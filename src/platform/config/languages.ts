import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { NameOrder } from '../../domain/people/user.ts';
import { packageRoot } from '../package-root.ts';

/** The settings of a language, from `language.json` in its folder. */
export interface LanguageSettings {
  /** BCP 47 tag, which is the name of the folder. */
  readonly tag: string;
  /** The name of the language in that language. */
  readonly name: string;
  /** The locale for dates, such as `en-US`, if the browser sends no region. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
  /** The delimiter of CSV files: a semicolon where the comma is the decimal separator, as in Excel. */
  readonly listDelimiter: ',' | ';';
  readonly nameOrder: NameOrder;
  /** The CLDR plural categories that every message with a count must provide. */
  readonly pluralForms: readonly string[];
  /** The folders that contain the translations. Later folders override earlier ones. */
  readonly folders: readonly string[];
}

/** All languages of the portal, by tag. */
export type Languages = ReadonlyMap<string, LanguageSettings>;

const builtInFolder = path.join(packageRoot, 'locales');
const settingsFile = 'language.json';

const settings = z.strictObject({
  name: z.string().min(1),
  locale: z.string().refine(isSupported, 'must be a locale that this Node.js supports'),
  direction: z.enum(['ltr', 'rtl']),
  listDelimiter: z.enum([',', ';']),
  nameOrder: z.enum(['givenFirst', 'familyFirst']),
  pluralForms: z.array(z.string()),
});

/**
 * Lists the languages with a folder.
 * @param ownFolder the operator's LOCALES_DIR, or null
 * @returns their tags, the built-in ones first
 */
export function listLanguages(ownFolder: string | null): string[] {
  return [...foldersByTag(ownFolder).keys()];
}

/**
 * Reads the settings of all languages.
 * @param ownFolder the operator's LOCALES_DIR, which adds languages and overrides built-in translations; or null
 * @returns the languages, and one line for each error
 */
export function readLanguages(ownFolder: string | null): { languages: Languages; faults: string[] } {
  if (ownFolder !== null && !existsSync(ownFolder)) {
    return { languages: new Map(), faults: [`LOCALES_DIR: ${ownFolder} does not exist`] };
  }
  const languages = new Map<string, LanguageSettings>();
  const faults: string[] = [];
  for (const [tag, folders] of foldersByTag(ownFolder)) {
    const { found, faults: inFile } = readSettings(tag, folders);
    faults.push(...inFile.map((fault) => `LOCALES_DIR: ${tag}: ${fault}`));
    if (found !== null) languages.set(tag, found);
  }
  return { languages, faults };
}

/** The built-in languages. */
export const builtInLanguages = (): Languages => readLanguages(null).languages;

function foldersByTag(ownFolder: string | null): Map<string, string[]> {
  const byTag = new Map<string, string[]>();
  for (const parent of ownFolder === null ? [builtInFolder] : [builtInFolder, ownFolder]) {
    for (const entry of existsSync(parent) ? readdirSync(parent, { withFileTypes: true }) : []) {
      if (!entry.isDirectory()) continue;
      byTag.set(entry.name, [...(byTag.get(entry.name) ?? []), path.join(parent, entry.name)]);
    }
  }
  return byTag;
}

function readSettings(tag: string, folders: string[]): { found: LanguageSettings | null; faults: string[] } {
  if (!isCanonicalTag(tag))
    return { found: null, faults: ['the folder name must be a BCP 47 tag such as es or pt-BR'] };
  // The operator's folder takes precedence, so it can override the settings of a built-in language.
  const folder = folders.toReversed().find((each) => existsSync(path.join(each, settingsFile)));
  if (folder === undefined) return { found: null, faults: [`${settingsFile} is missing`] };
  const file = path.join(folder, settingsFile);
  const { data, error } = settings.safeParse(readJson(file));
  if (data === undefined) {
    return {
      found: null,
      faults: error.issues.map(({ path: at, message }) => `${settingsFile}: ${at.join('.')}: ${message}`),
    };
  }
  const needed = pluralFormsOf(tag);
  const faults = needed
    .filter((form) => !data.pluralForms.includes(form))
    .map((form) => `${settingsFile}: pluralForms must contain "${form}"`);
  return { found: { ...data, tag, folders }, faults };
}

/** @returns the CLDR plural categories of a language, such as `one` and `other` */
export const pluralFormsOf = (tag: string): string[] => new Intl.PluralRules(tag).resolvedOptions().pluralCategories;

function isCanonicalTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag;
  } catch {
    return false;
  }
}

function isSupported(tag: string): boolean {
  return isCanonicalTag(tag) && Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch {
    return null;
  }
}
