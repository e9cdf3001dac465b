import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { builtInLanguages, pluralFormsOf } from '../../src/platform/config/languages.ts';
import { readTexts, type TextGroup } from '../../src/i18n/texts.ts';

/**
 * An artificial language that is derived from English. Every text has markers at both ends, so that a test can find
 * text that is not translated.
 */
export interface PseudoLocale {
  readonly tag: string;
  readonly direction: 'ltr' | 'rtl';
}

/** A pseudo-locale whose texts have accents and are longer than in English. */
export const accented: PseudoLocale = { tag: 'en-XA', direction: 'ltr' };
/** A pseudo-locale that is written from right to left in Arabic letters and has six plural forms. */
export const mirrored: PseudoLocale = { tag: 'ar-XB', direction: 'rtl' };

export const open = '⟦';
export const close = '⟧';

const latin = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const letters: Readonly<Record<PseudoLocale['direction'], string>> = {
  ltr: 'àƀçđéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÀƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ',
  rtl: 'ابتثجحخدذرزسشصضطظعغفقكلمنهابتثجحخدذرزسشصضطظعغفقكلمنه',
};
// Texts in French or German are up to a third longer than in English.
const growth = 0.35;

/** @returns the text as it reads in the pseudo-locale, with its placeholders unchanged */
export function pseudo(text: string, { direction }: PseudoLocale): string {
  const to = [...letters[direction]];
  const translated = text.replace(/\{\{[^}]*\}\}|[a-z]/gi, (part) => to[latin.indexOf(part)] ?? part);
  const plain = text.replace(/\{\{[^}]*\}\}/g, '');
  const padding = ` ${to[14]}${to[13]}${to[4]}`.repeat(Math.ceil((plain.length * growth) / 4));
  // The padding precedes the period, so that a test can see where a sentence ends.
  return open + translated.replace(/[.?!…]?$/, (end) => padding + end) + close;
}

/** Writes these pseudo-locales to a new folder. @returns the folder, to be used as LOCALES_DIR */
export function pseudoLocales(locales: readonly PseudoLocale[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'parvis-pseudo-'));
  const english = readTexts(builtInLanguages().get('en')!);
  for (const locale of locales) {
    const pluralForms = pluralFormsOf(locale.tag);
    const { tag, direction } = locale;
    mkdirSync(path.join(folder, tag));
    const write = (name: string, content: object): void =>
      writeFileSync(path.join(folder, tag, `${name}.json`), JSON.stringify(content));
    write('language', {
      ...{ name: tag, locale: 'en-US', direction, pluralForms },
      ...{ listDelimiter: ',', nameOrder: 'givenFirst' },
    });
    for (const [namespace, texts] of Object.entries(english)) write(namespace, translate(texts, locale, pluralForms));
  }
  return folder;
}

function translate(group: TextGroup, locale: PseudoLocale, pluralForms: readonly string[]): TextGroup {
  const translated: TextGroup = {};
  for (const [name, value] of Object.entries(group)) {
    const [, base] = /^(.*)_other$/.exec(name) ?? [];
    if (typeof value !== 'string') translated[name] = translate(value, locale, pluralForms);
    else if (base !== undefined) for (const form of pluralForms) translated[`${base}_${form}`] = pseudo(value, locale);
    else if (!name.endsWith('_one')) translated[name] = pseudo(value, locale);
  }
  return translated;
}
