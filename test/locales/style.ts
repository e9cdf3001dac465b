import { baseOf, everyText, namespacesOf, type Catalogue, type Language } from './catalogue.ts';
import { banned } from './style-words.ts';
import { covers, usesIn, type Source } from './usage.ts';

/** @returns the texts with a wording that is banned in their language */
export function bannedWordings(catalogue: Catalogue): string[] {
  return everyText(catalogue).flatMap(({ language, key, text }) =>
    banned[language]
      .filter((rule) => rule.found.test(text) && (rule.in?.test(key) ?? true) && rule.except?.test(key) !== true)
      .map(({ instead }) => `${language} ${key}: write ${instead}: ${text}`),
  );
}

const numbers = /\{\{\s*(count|least|most|line|rows|megabytes|size|added|changed|unchanged|refused)\s*\}\}/;
/** In this text, `{{most}}` is already formatted and includes the unit. */
const withUnit = new Set(['account-settings:rules.bounds']);

/** @returns the texts that insert a number without formatting it for the language */
export function rawNumbers(catalogue: Catalogue): string[] {
  return everyText(catalogue)
    .filter(({ key, text }) => numbers.test(withUnit.has(key) ? text.replace('{{most}}', '') : text))
    .map(({ language, key, text }) => `${language} ${key}: write {{…, number}}: ${text}`);
}

/**
 * @returns the keys of the texts on buttons: `<button>`, links styled as buttons, and the labels passed to
 * `users/action`
 */
export function buttonKeys(views: readonly Source[], catalogue: Catalogue): ReadonlySet<string> {
  return keysIn(views, catalogue, (view) => [
    ...elements(view, /<(?:button|a)\b[^>]*class="(?:btn|tool)\b[^>]*>(.*?)<\/(?:button|a)>/gs),
    ...[...view.matchAll(/partial\('users\/action', \{(.*?)\}\)/gs)].map(([, model = '']) => model),
  ]);
}

/** @returns the keys of the labels of form fields and fieldsets */
export function labelKeys(views: readonly Source[], catalogue: Catalogue): ReadonlySet<string> {
  return keysIn(views, catalogue, (view) => [
    ...elements(view, /<label\b[^>]*class="(?:field-label|visually-hidden)"[^>]*>(.*?)<\/label>/gs),
    ...elements(view, /<legend\b[^>]*>(.*?)<\/legend>/gs),
    ...[...view.matchAll(/\blabel: (t\([^)]*\))/g)].map(([, label = '']) => label),
  ]);
}

const maxButtonLength: Readonly<Record<Language, number>> = { en: 24, fr: 30, de: 30 };
const maxLabelLength = 60;

// The phrases that docs/development/glossary.md fixes in addition to those in terms.csv.
const fixedPhrases: Readonly<Record<Language, readonly string[]>> = {
  en: ['two-step verification'],
  fr: ['double authentification'],
  de: ['Zwei-Faktor-Authentifizierung'],
};
const minFixedTerm = 12;

/**
 * @returns whether a text contains a long fixed term. Its length is not limited, because the term cannot be shortened.
 */
function containsFixedTerm(catalogue: Catalogue, language: Language, text: string): boolean {
  const terms = [...catalogue[language]]
    .filter(([key]) => /^(common:terms|roles:(administrator|agent))\./.test(key))
    .map(([, term]) => term)
    .filter((term) => term.length >= minFixedTerm);
  return [...terms, ...fixedPhrases[language]].some((term) => text.toLowerCase().includes(term.toLowerCase()));
}

/** @returns the texts on buttons that are longer than the limit. Texts that contain a fixed term are exempt */
export function longButtons(catalogue: Catalogue, buttons: ReadonlySet<string>): string[] {
  return everyText(catalogue)
    .filter(({ key }) => buttons.has(baseOf(key)))
    .map((each) => ({ ...each, length: shown(each.text).length }))
    .filter(({ language, length }) => length > maxButtonLength[language])
    .filter(({ language, text }) => !containsFixedTerm(catalogue, language, text))
    .map(({ language, key, text, length }) => `${language} ${key}: ${length} characters: ${text}`);
}

// Matches a label that ends in a preposition: it is a sentence that the field completes.
const dangling: Readonly<Record<Language, RegExp>> = {
  en: /(?<![\w-])(about|after|as|at|before|by|for|from|in|of|on|than|to|until|with)$/i,
  fr: /(?<!\p{L})(à|après|avant|avec|dans|de|depuis|des|du|en|par|pour|que|sur)$/iu,
  de: /(?<!\p{L})(ab|an|auf|aus|bei|bis|durch|für|in|mit|nach|seit|über|um|von|vor|zu)$/iu,
};

/** @returns the labels that are too long or not a noun phrase: they end in a period, a colon or a preposition */
export function badLabels(catalogue: Catalogue, labels: ReadonlySet<string>): string[] {
  return everyText(catalogue)
    .filter(({ key }) => labels.has(baseOf(key)) && !key.startsWith('common:terms.'))
    .flatMap(({ language, key, text }) => [
      ...(shown(text).length > maxLabelLength ? [`${language} ${key}: ${shown(text).length} characters: ${text}`] : []),
      ...(/[.:]$/.test(text) ? [`${language} ${key}: punctuation at the end: ${text}`] : []),
      ...(dangling[language].test(text) ? [`${language} ${key}: half a sentence: ${text}`] : []),
    ]);
}

/** @returns the text with long values: four-digit counts, and three-digit limits (`{{most}}`) */
const shown = (text: string): string => text.replace(/\{\{most\b[^}]*\}\}/g, '100').replace(/\{\{[^}]*\}\}/g, '9,999');

function keysIn(
  views: readonly Source[],
  catalogue: Catalogue,
  piecesOf: (view: string) => readonly string[],
): ReadonlySet<string> {
  const namespaces = namespacesOf(catalogue);
  const uses = views.flatMap(({ path, text }) =>
    piecesOf(text).flatMap((piece) => usesIn({ path, text: piece }, namespaces)),
  );
  const known = new Set(everyText(catalogue).map(({ key }) => baseOf(key)));
  return new Set(uses.flatMap(({ key: use }) => [...known].filter((key) => covers(use, key))));
}

/**
 * @returns the content of matching elements. Template tags are masked first, because a `>` in them would end a start
 * tag
 */
function elements(view: string, pattern: RegExp): string[] {
  const tags: string[] = [];
  const plain = view.replace(/<%.*?%>/gs, (tag) => `\u{E000}${tags.push(tag) - 1}\u{E001}`);
  return [...plain.matchAll(pattern)].map(([, inner = '']) =>
    inner.replace(/\u{E000}(\d+)\u{E001}/gu, (_, index: string) => tags[Number(index)] ?? ''),
  );
}
