import { createInstance } from 'i18next';
import type { Language, RuleText } from '../domain/regions.ts';
import { builtInLanguages, type Languages, type LanguageSettings } from '../platform/config/languages.ts';
import { readTexts, textFaults } from './texts.ts';

/** The values to insert into a message. `{{names, list}}` joins a list by the conventions of the language. */
export type TextValues = Readonly<Record<string, string | number | readonly string[]>>;

/**
 * The values to insert into an HTML message. A string from the region's rules is given a `lang` attribute if its
 * language differs from that of the page (WCAG 2.2, 3.1.2).
 */
export type HtmlValues = Readonly<Record<string, TextValues[string] | RuleText>>;

/** The messages of one language. Keys have the form `namespace:path.to.text`. */
export interface Messages {
  readonly language: Language;
  readonly settings: LanguageSettings;
  /** Returns plain text, which the caller must escape. */
  t(key: string, values?: TextValues): string;
  /** Returns safe HTML. Each value is escaped and wrapped in <bdi>, so that it cannot reorder the sentence. */
  html(key: string, values: HtmlValues): string;
  /**
   * Returns the name of a language in the language of these messages, capitalized for table cells and headings:
   * « Anglais ».
   */
  languageName(language: Language): string;
}

export interface Translator {
  (language: Language): Messages;
  /** The languages that have messages. */
  readonly languages: readonly Language[];
}

/**
 * Loads the messages of every language. There is no fallback language: a missing key throws.
 * @throws Error that lists every missing message, plural form and placeholder, and every unknown placeholder
 */
export async function loadTranslator(languages: Languages = builtInLanguages()): Promise<Translator> {
  const texts = new Map([...languages].map(([tag, settings]) => [tag, readTexts(settings)]));
  const faults = textFaults(languages, texts);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const i18n = createInstance();
  await i18n.init({
    lng: [...languages.keys()][0],
    fallbackLng: false,
    resources: Object.fromEntries(texts),
    // Templates already escape values; escaping them here as well would show HTML entities to the reader.
    interpolation: { escapeValue: false, skipOnVariables: true },
    returnNull: false,
    returnEmptyString: false,
    saveMissing: true,
    missingKeyHandler: (_languages, namespace, key) => {
      throw new Error(`No text for ${namespace}:${key}`);
    },
    // Also throw if a key names a group of messages, or if the caller did not pass a value.
    returnedObjectHandler: (key) => {
      throw new Error(`${key} is a group of texts, not a text`);
    },
    missingInterpolationHandler: (text: string) => {
      throw new Error(`Missing value for the text "${text}"`);
    },
  });
  const messagesByLanguage = new Map(
    [...languages].map(([tag, settings]) => [
      tag,
      createMessages(i18n.getFixedT(tag) as unknown as Translate, settings),
    ]),
  );
  const translator = (language: Language): Messages => messagesByLanguage.get(language) as Messages;
  return Object.assign(translator, { languages: [...languages.keys()] });
}

type Translate = (key: string, values?: TextValues) => string;

function createMessages(translate: Translate, settings: LanguageSettings): Messages {
  const { tag: language } = settings;
  // Most messages have no values, or only a count. They are resolved once per process rather than once per request.
  const cache = new Map<string, string>();
  const t: Translate = (key, values) => {
    const cacheKey = cacheKeyFor(key, values);
    if (cacheKey === null) return translate(key, values);
    let text = cache.get(cacheKey);
    if (text === undefined) cache.set(cacheKey, (text = translate(key, values)));
    return text;
  };
  const names = new Intl.DisplayNames(language, { type: 'language' });
  return {
    language,
    settings,
    t,
    html: (key, values) => translateToHtml(t, language, key, values),
    languageName: (tag) => capitalize(names.of(tag) ?? tag, language),
  };
}

// Intl returns the name as it is written in running text, which is lowercase in many languages.
function capitalize(text: string, locale: string): string {
  const [first = '', ...rest] = text;
  return first.toLocaleUpperCase(locale) + rest.join('');
}

const maxCachedCount = 100;

/** @returns the cache key; null for messages with other values, such as names, which are rarely requested twice */
function cacheKeyFor(key: string, values: TextValues | undefined): string | null {
  if (values === undefined) return key;
  const { count } = values;
  const isSmall = typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= maxCachedCount;
  return isSmall && Object.keys(values).length === 1 ? `${key} ${count}` : null;
}

// Private-use characters mark the values until the text is escaped; then each value is inserted, wrapped in <bdi>.
function translateToHtml(t: Translate, language: Language, key: string, values: HtmlValues): string {
  const isolated: (string | RuleText)[] = [];
  const mark = (value: string | RuleText): string => `\u{E000}${isolated.push(value) - 1}\u{E001}`;
  const placeholders = Object.entries(values).map(([name, value]): [string, TextValues[string]] => {
    if (typeof value === 'number') return [name, value];
    return [name, isList(value) ? value.map(mark) : mark(value)];
  });
  return escapeHtml(t(key, Object.fromEntries(placeholders))).replace(/\u{E000}(\d+)\u{E001}/gu, (_, index: string) =>
    bdi(isolated[Number(index)] ?? '', language),
  );
}

// Array.isArray does not narrow a readonly array.
const isList = (value: HtmlValues[string]): value is readonly string[] => Array.isArray(value);

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

/** Escapes the characters that have a special meaning in HTML. */
export const escapeHtml = (text: string): string =>
  // Most strings contain no such characters, and testing is cheaper than replacing.
  htmlSpecial.test(text) ? text.replace(/[&<>"']/g, (character) => entities[character] ?? character) : text;
