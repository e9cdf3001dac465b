import { everyText, type Catalogue, type Language } from './catalogue.ts';

interface Habit {
  readonly says: string;
  readonly broken: RegExp;
}

const narrow = '\\u202f\\u00a0';

// Typographic rules by language. Each pattern matches a violation.
const habits: Readonly<Record<Language, readonly Habit[]>> = {
  en: [
    { says: 'a straight apostrophe', broken: /\p{L}'\p{L}/u },
    { says: 'straight quotation marks', broken: /"/ },
  ],
  fr: [
    { says: 'a straight apostrophe', broken: /\p{L}'\p{L}/u },
    { says: 'straight quotation marks', broken: /["“”]/ },
    { says: 'no narrow space before : ; ! ? »', broken: new RegExp(`(?<![${narrow}!?])[:;!?»]`, 'u') },
    { says: 'no narrow space after «', broken: new RegExp(`«(?![${narrow}])`, 'u') },
  ],
  de: [
    { says: 'straight quotation marks', broken: /["”«»]/ },
    { says: 'a quotation that is not „…“', broken: /„[^“]*$|^[^„]*“/ },
    {
      says: 'the informal form of address',
      broken: /(?<!\p{L})(du|dich|dir|dein(e[mnrs]?)?|euch|euer|eure[mnrs]?)(?!\p{L})/iu,
    },
    { says: 'Passwort for Kennwort', broken: /passw[oö]rt/iu },
  ],
};

/** @returns the violations of typography and form of address. URLs, times and placeholders are ignored */
export function typographyFaults(catalogue: Catalogue): string[] {
  return everyText(catalogue).flatMap(({ language, key, text }) => {
    const prose = text.replace(/\{\{[^}]*\}\}|\$t\([^)]*\)|\b[a-z]+:\/\/\S+|\b\d{1,2}:\d{2}\b/g, 'x');
    return habits[language]
      .filter(({ broken }) => broken.test(prose))
      .map(({ says }) => `${language} ${key}: ${says}: ${text}`);
  });
}

/** @returns the texts with markup. Translators must neither need HTML nor be able to write it */
export function markupIn(catalogue: Catalogue): string[] {
  return everyText(catalogue)
    .filter(({ text }) => /<|&(#\d+|[a-z]+);/i.test(text))
    .map(({ language, key, text }) => `${language} ${key}: ${text}`);
}
