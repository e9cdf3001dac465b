import type { LanguageSettings } from '../platform/config/languages.ts';

/**
 * Chooses a page's language by the lookup algorithm of RFC 4647, section 3.4. Each range, in the reader's order, is
 * shortened from its end until a language matches: `fr-CH,de;q=0.9` selects French. If no range matches in this way, a
 * variant of the language in the same script is selected: `pt` selects `pt-BR`, and `zh-CN` selects `zh-Hans`.
 * @param ranges the reader's language ranges, in order of preference
 * @param offered BCP 47 tags
 * @returns one of the offered tags, or null
 */
export function lookUpLanguage(ranges: readonly string[], offered: readonly string[]): string | null {
  for (const range of ranges) {
    for (const shortened of shorten(range)) {
      const found = offered.find((tag) => tag.toLowerCase() === shortened);
      if (found !== undefined) return found;
    }
  }
  for (const range of ranges) {
    const wanted = languageAndScript(range);
    const found = offered.find((tag) => wanted !== null && languageAndScript(tag) === wanted);
    if (found !== undefined) return found;
  }
  return null;
}

function* shorten(range: string): Generator<string> {
  const subtags = range.toLowerCase().split('-');
  while (subtags.length > 0) {
    yield subtags.join('-');
    subtags.pop();
    // A single letter introduces the subtags after it (RFC 4647, 3.4).
    if (subtags.at(-1)?.length === 1) subtags.pop();
  }
}

function languageAndScript(tag: string): string | null {
  const locale = localeOf(tag)?.maximize();
  return locale === undefined ? null : `${locale.language}-${locale.script}`;
}

/**
 * Chooses the locale for dates: the first of the reader's ranges that names a region for the page's language, such as
 * `en-GB` on an English page.
 * @param ranges the reader's language ranges, in order of preference
 * @returns a locale that Intl supports
 */
export function dateLocale(
  ranges: readonly string[],
  { tag, locale }: Pick<LanguageSettings, 'tag' | 'locale'>,
): string {
  const wanted = languageAndScript(tag);
  for (const range of ranges) {
    const found = localeOf(range);
    if (found?.region === undefined || languageAndScript(range) !== wanted) continue;
    // Drop extensions, so that only a few different locales are cached.
    const plain = `${found.language}-${found.region}`;
    if (Intl.DateTimeFormat.supportedLocalesOf(plain).length > 0) return plain;
  }
  return locale;
}

function localeOf(tag: string): Intl.Locale | null {
  try {
    return new Intl.Locale(tag);
  } catch {
    return null;
  }
}
