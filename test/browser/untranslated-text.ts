import { languages } from '../locales/catalogue.ts';
import { accented, mirrored } from '../support/pseudo-locales.ts';

const languageNames = new RegExp(
  `^(${[accented, mirrored].flatMap(({ tag }) => languages.map((each) => new Intl.DisplayNames(tag, { type: 'language' }).of(each) ?? each)).join('|')})$`,
  'g',
);

// Formatted by Intl in English: dates of the test's clock, relative times, and names of languages.
const formatted = [
  /\b(\w+day, )?(October|November|December) \d{1,2}, \d{4}( at \d{1,2}:\d{2}\s[AP]M( UTC)?)?/g,
  /\b\d{1,2}:\d{2}\s[AP]M\b/g,
  /^(now|today|yesterday|tomorrow|\d+ \w+ ago)$/gi,
  languageNames,
  // Operators to choose from, by name and user name.
  /^.+ \(\S+@\S+\)$/g,
];

/** @returns what is wrong with a text of a page in a pseudo-locale; null if nothing is */
export function faultOf(text: string): string | null {
  let depth = 0;
  let outside = '';
  let previous = '';
  const checked = formatted.reduce((left, pattern) => left.replace(pattern, ''), text);
  for (const letter of checked) {
    if (letter === '⟦') {
      if (depth === 0 && outside.includes('⟧') && !/(⟧\s*[·–—|/]|[.?!…]⟧)\s*$/.test(outside))
        return 'is glued from several texts';
      depth++;
    } else if (letter === '⟧') {
      depth--;
      if (depth === 0) outside += /[.?!…]/.test(previous) ? `${previous}${letter}` : letter;
    } else if (depth === 0) outside += letter;
    previous = letter;
  }
  return /\p{L}{2}/u.test(outside) ? 'is not translated' : null;
}
