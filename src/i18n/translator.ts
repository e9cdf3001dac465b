import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInstance } from 'i18next';
import { languages, type Language, type RuleText } from '../domain/regions.ts';
import { packageRoot } from '../platform/package-root.ts';

const folder = path.join(packageRoot, 'locales');

export type TextValues = Readonly<Record<string, string | number>>;

/** A text of the rules may be in another language than the page: it is marked as such (WCAG 2.2, 3.1.2). */
export type HtmlValues = Readonly<Record<string, string | number | RuleText>>;

/** Words of one language. A key reads `namespace:path.to.text`. */
export interface Tongue {
  readonly language: Language;
  readonly direction: 'ltr' | 'rtl';
  /** Plain text, to be escaped where it is put. */
  t(key: string, values?: TextValues): string;
  /** Safe HTML: everything is escaped, and each value stands in a <bdi>, so that no name reorders its sentence. */
  html(key: string, values: HtmlValues): string;
}

export type Translator = (language: Language) => Tongue;

/**
 * Loads every language completely, once. A missing key throws: there is no other language that would hide the hole.
 */
export async function loadTranslator(): Promise<Translator> {
  const i18n = createInstance();
  await i18n.init({
    lng: languages[0],
    fallbackLng: false,
    resources: Object.fromEntries(languages.map((language) => [language, readLanguage(language)])),
    // Templates escape; a second time would show entities to the reader.
    interpolation: { escapeValue: false, skipOnVariables: true },
    returnNull: false,
    returnEmptyString: false,
    saveMissing: true,
    missingKeyHandler: (_languages, namespace, key) => {
      throw new Error(`No text for ${namespace}:${key}`);
    },
    // A group of texts is no text, and a text without its values is not whole.
    returnedObjectHandler: (key) => {
      throw new Error(`No text for ${key}, but a group of them`);
    },
    missingInterpolationHandler: (text: string) => {
      throw new Error(`A value is missing in "${text}"`);
    },
  });
  const tongues = new Map(
    languages.map((language) => [
      language,
      createTongue(i18n.getFixedT(language) as unknown as Translate, language, i18n.dir(language)),
    ]),
  );
  return (language) => tongues.get(language) as Tongue;
}

/** Texts of one language, by namespace: the name of their file. */
function readLanguage(language: Language): Record<string, Record<string, unknown>> {
  const files = readdirSync(path.join(folder, language));
  return Object.fromEntries(
    files.map((file) => [path.basename(file, '.json'), readTexts(path.join(folder, language, file))]),
  );
}

const readTexts = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

type Translate = (key: string, values?: TextValues) => string;

function createTongue(translate: Translate, language: Language, direction: 'ltr' | 'rtl'): Tongue {
  // Most texts have no values, or a number: each is resolved once per language and process, not once per request.
  const fixed = new Map<string, string>();
  const t: Translate = (key, values) => {
    const name = nameOf(key, values);
    if (name === null) return translate(key, values);
    let text = fixed.get(name);
    if (text === undefined) fixed.set(name, (text = translate(key, values)));
    return text;
  };
  return { language, direction, t, html: (key, values) => isolated(t, language, key, values) };
}

const maxCounted = 100;

// What a text is kept under; null for one that is not worth keeping, such as one with a name in it.
function nameOf(key: string, values: TextValues | undefined): string | null {
  if (values === undefined) return key;
  const { count } = values;
  const isSmall = typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= maxCounted;
  return isSmall && Object.keys(values).length === 1 ? `${key} ${count}` : null;
}

// Values travel through the translation as marks that no text contains, and come back escaped and isolated.
function isolated(t: Translate, language: Language, key: string, values: HtmlValues): string {
  const kept: (string | RuleText)[] = [];
  const marked = Object.entries(values).map(([name, value]): [string, string | number] => {
    if (typeof value === 'number') return [name, value];
    kept.push(value);
    return [name, `\u{E000}${kept.length - 1}\u{E001}`];
  });
  return escapeHtml(t(key, Object.fromEntries(marked))).replace(/\u{E000}(\d+)\u{E001}/gu, (_, index: string) =>
    isolatedValue(kept[Number(index)] ?? '', language),
  );
}

function isolatedValue(value: string | RuleText, language: Language): string {
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

const meaningful = /[&<>"']/;

/** @returns the text with every character escaped that means something in HTML */
export const escapeHtml = (text: string): string =>
  // Most texts have none: looking costs less than replacing nothing.
  meaningful.test(text) ? text.replace(/[&<>"']/g, (character) => entities[character] ?? character) : text;
