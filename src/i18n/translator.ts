import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInstance } from 'i18next';
import { languages, type Language, type RuleText } from '../domain/regions.ts';
import { packageRoot } from '../platform/package-root.ts';

const folder = path.join(packageRoot, 'locales');

export type TextValues = Readonly<Record<string, string | number>>;

/** A text from the region's rules in another language than the page gets a `lang` attribute (WCAG 2.2, 3.1.2). */
export type HtmlValues = Readonly<Record<string, string | number | RuleText>>;

/** The messages of one language. Keys have the form `namespace:path.to.text`. */
export interface Messages {
  readonly language: Language;
  readonly direction: 'ltr' | 'rtl';
  /** Returns plain text, which the caller must escape. */
  t(key: string, values?: TextValues): string;
  /** Returns safe HTML. Each value is escaped and wrapped in <bdi>, so that it cannot reorder the sentence. */
  html(key: string, values: HtmlValues): string;
}

export type Translator = (language: Language) => Messages;

/**
 * Loads the messages of every language. There is no fallback language: a missing key throws.
 */
export async function loadTranslator(): Promise<Translator> {
  const i18n = createInstance();
  await i18n.init({
    lng: languages[0],
    fallbackLng: false,
    resources: Object.fromEntries(languages.map((language) => [language, readLanguage(language)])),
    // Templates escape already; escaping here too would show HTML entities to the reader.
    interpolation: { escapeValue: false, skipOnVariables: true },
    returnNull: false,
    returnEmptyString: false,
    saveMissing: true,
    missingKeyHandler: (_languages, namespace, key) => {
      throw new Error(`No text for ${namespace}:${key}`);
    },
    // A key that names a group of texts is a mistake too, and so is a value that the caller did not pass.
    returnedObjectHandler: (key) => {
      throw new Error(`${key} is a group of texts, not a text`);
    },
    missingInterpolationHandler: (text: string) => {
      throw new Error(`Missing value for the text "${text}"`);
    },
  });
  const messagesByLanguage = new Map(
    languages.map((language) => [
      language,
      createMessages(i18n.getFixedT(language) as unknown as Translate, language, i18n.dir(language)),
    ]),
  );
  return (language) => messagesByLanguage.get(language) as Messages;
}

/** Reads the texts of one language, by namespace. A file is one namespace and is named for it. */
function readLanguage(language: Language): Record<string, Record<string, unknown>> {
  const files = readdirSync(path.join(folder, language));
  return Object.fromEntries(
    files.map((file) => [path.basename(file, '.json'), readTexts(path.join(folder, language, file))]),
  );
}

const readTexts = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

type Translate = (key: string, values?: TextValues) => string;

function createMessages(translate: Translate, language: Language, direction: 'ltr' | 'rtl'): Messages {
  // Most texts have no values or only a count. They are resolved once per process rather than once per request.
  const cache = new Map<string, string>();
  const t: Translate = (key, values) => {
    const cacheKey = cacheKeyFor(key, values);
    if (cacheKey === null) return translate(key, values);
    let text = cache.get(cacheKey);
    if (text === undefined) cache.set(cacheKey, (text = translate(key, values)));
    return text;
  };
  return { language, direction, t, html: (key, values) => translateToHtml(t, language, key, values) };
}

const maxCachedCount = 100;

/** @returns the cache key; null for texts with other values, such as names, which are rarely requested twice */
function cacheKeyFor(key: string, values: TextValues | undefined): string | null {
  if (values === undefined) return key;
  const { count } = values;
  const isSmall = typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= maxCachedCount;
  return isSmall && Object.keys(values).length === 1 ? `${key} ${count}` : null;
}

// Private-use characters mark the values until the text is escaped; then each value is inserted, wrapped in <bdi>.
function translateToHtml(t: Translate, language: Language, key: string, values: HtmlValues): string {
  const isolated: (string | RuleText)[] = [];
  const placeholders = Object.entries(values).map(([name, value]): [string, string | number] => {
    if (typeof value === 'number') return [name, value];
    isolated.push(value);
    return [name, `\u{E000}${isolated.length - 1}\u{E001}`];
  });
  return escapeHtml(t(key, Object.fromEntries(placeholders))).replace(/\u{E000}(\d+)\u{E001}/gu, (_, index: string) =>
    bdi(isolated[Number(index)] ?? '', language),
  );
}

function bdi(value: string | RuleText, language: Language): string {
  if (typeof value === 'string') return `<bdi>${escapeHtml(value)}</bdi>`;
  const lang = value.language === language ? '' : ` lang="${value.language}"`;
  return `<bdi${lang}>${escapeHtml(value.text)}</bdi>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

const htmlSpecial = /[&<>"']/;

/** Escapes the characters that have a meaning in HTML. */
export const escapeHtml = (text: string): string =>
  // Most texts contain none of them, and testing is cheaper than replacing.
  htmlSpecial.test(text) ? text.replace(/[&<>"']/g, (character) => entities[character] ?? character) : text;
