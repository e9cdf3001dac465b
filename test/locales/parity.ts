import { placeholdersOf } from '../../src/i18n/texts.ts';
import { baseOf, languages, pluralOf, type Catalogue, type Language, type Texts } from './catalogue.ts';

/** @returns the keys that a language lacks although another language has them */
export function holes(catalogue: Catalogue): string[] {
  const bases = Object.fromEntries(
    languages.map((language) => [language, new Set([...catalogue[language].keys()].map(baseOf))]),
  ) as Record<Language, Set<string>>;
  const all = new Set(languages.flatMap((language) => [...bases[language]]));
  return languages.flatMap((language) =>
    [...all].filter((key) => !bases[language].has(key)).map((key) => `${language} lacks ${key}`),
  );
}

/** @returns the texts whose placeholders differ from those of the first language. A plural form may omit the number */
export function strayPlaceholders(catalogue: Catalogue): string[] {
  const expected = placeholdersByBase(catalogue[languages[0]]);
  return languages.flatMap((language) =>
    [...catalogue[language]].flatMap(([key, text]) => {
      const wanted = expected.get(baseOf(key));
      if (!wanted) return [];
      const found = placeholdersOf(text);
      const optional = pluralOf(key) ? 'count' : null;
      const missing = [...wanted].filter((name) => !found.has(name) && name !== optional);
      const unknown = [...found].filter((name) => !wanted.has(name) && name !== optional);
      return [
        ...missing.map((name) => `${language} ${key} lacks {{${name}}}`),
        ...unknown.map((name) => `${language} ${key} has {{${name}}}, which ${languages[0]} does not have`),
      ];
    }),
  );
}

/** @returns the plural forms that a language needs but lacks, or has but does not use */
export function pluralFaults(catalogue: Catalogue): string[] {
  const counted = new Set(
    languages.flatMap((language) => [...catalogue[language].keys()].filter(pluralOf).map((key) => formless(key))),
  );
  return languages.flatMap((language) =>
    [...counted].flatMap((form) => {
      const type = form.endsWith('_ordinal') ? 'ordinal' : 'cardinal';
      const needed = new Intl.PluralRules(language, { type }).resolvedOptions().pluralCategories;
      const found = [...catalogue[language].keys()].filter((key) => pluralOf(key) && formless(key) === form);
      const missing = needed.map((category) => `${form}_${category}`).filter((key) => !found.includes(key));
      // i18next supports `_zero` in every language.
      const allowed = [...needed, 'zero'].map((category) => `${form}_${category}`);
      return [
        ...missing.map((key) => `${language} lacks ${key}`),
        ...found.filter((key) => !allowed.includes(key)).map((key) => `${language} never asks for ${key}`),
        ...(catalogue[language].has(form) ? [`${language} has ${form} beside its plural forms`] : []),
      ];
    }),
  );
}

function placeholdersByBase(texts: Texts): Map<string, Set<string>> {
  const byBase = new Map<string, Set<string>>();
  for (const [key, text] of texts) {
    byBase.set(baseOf(key), new Set([...(byBase.get(baseOf(key)) ?? []), ...placeholdersOf(text)]));
  }
  return byBase;
}

function formless(key: string): string {
  return key.replace(/_[a-z]+$/, '');
}
