import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { NameOrder } from '../../domain/people/user.ts';
import { packageRoot } from '../package-root.ts';

/** What a language folder says about its language in `language.json`. */
export interface LanguageSettings {
  /** BCP 47 tag: the name of the folder. */
  readonly tag: string;
  /** What the language calls itself. */
  readonly name: string;
  /** The locale of dates for readers whose browser names no region, such as `en-US`. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
  /** What separates the cells of a CSV file: a semicolon where the comma is the decimal separator, as in Excel. */
  readonly listDelimiter: ',' | ';';
  readonly nameOrder: NameOrder;
  /** The CLDR plural categories for which every counted text has a form. */
  readonly pluralForms: readonly string[];
  /** The folders that hold its texts. A text in a later folder replaces the one before. */
  readonly folders: readonly string[];
}

/** Every language that the portal has, by tag. */
export type Languages = ReadonlyMap<string, LanguageSettings>;

const builtInFolder = path.join(packageRoot, 'locales');
const settingsFile = 'language.json';

const settings = z.strictObject({
  name: z.string().min(1),
  locale: z.string().refine(isSupported, 'is not a locale that this Node.js supports'),
  direction: z.enum(['ltr', 'rtl']),
  listDelimiter: z.enum([',', ';']),
  nameOrder: z.enum(['givenFirst', 'familyFirst']),
  pluralForms: z.array(z.string()),
});

/**
 * Lists the languages that have a folder.
 * @param ownFolder the operator's LOCALES_DIR, or null
 * @returns their tags, the built-in ones first
 */
export function listLanguages(ownFolder: string | null): string[] {
  return [...foldersByTag(ownFolder).keys()];
}

/**
 * Reads what each language folder says about its language.
 * @param ownFolder the operator's LOCALES_DIR, or null: adds languages, and replaces texts of the built-in ones
 * @returns the languages, and one line for each fault
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

/** The languages that Parvis comes with. */
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
  if (!isCanonicalTag(tag)) return { found: null, faults: ['the folder name is not a BCP 47 tag such as es or pt-BR'] };
  // The operator's own folder first: it may replace the settings of a built-in language too.
  const folder = folders.toReversed().find((each) => existsSync(path.join(each, settingsFile)));
  if (folder === undefined) return { found: null, faults: [`lacks ${settingsFile}`] };
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
    .map((form) => `${settingsFile}: pluralForms lacks "${form}"`);
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
