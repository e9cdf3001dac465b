import type { Request } from 'express';
import type { Language, RegionRules } from '../../domain/regions.ts';
import { lookUpLanguage } from '../../i18n/locale.ts';
import type { Cookies } from './cookies.ts';
import type { Middleware } from './request.ts';

/**
 * Sets the language of a request: the one selected with the switcher, otherwise the one that the browser prefers,
 * otherwise the region's default. This runs before authentication, so that every error page is in that language.
 */
export function language(cookies: Cookies, rules: RegionRules): Middleware {
  return (request, _response, next) => {
    limitLanguageRanges(request);
    request.language =
      chosenLanguage(request, cookies, rules) ?? acceptedLanguage(request, rules) ?? rules.defaultLanguage;
    next();
  };
}

/** @returns the language selected with the switcher in this browser; null if none was selected */
export function chosenLanguage(request: Request, cookies: Cookies, rules: RegionRules): Language | null {
  return offeredLanguage(cookies.read(request, 'language'), rules);
}

/** @returns the language if the region offers it, otherwise null */
export const offeredLanguage = (language: unknown, { languages }: RegionRules): Language | null =>
  typeof language === 'string' && languages.includes(language) ? language : null;

const acceptedLanguage = (request: Request, rules: RegionRules): Language | null =>
  lookUpLanguage(languageRanges(request), rules.languages);

/** @returns the language ranges of the Accept-Language header, in order of preference */
export const languageRanges = (request: Request): string[] => request.acceptsLanguages();

// Browsers send fewer than 200 characters. Parsing and looking up thousands of ranges takes milliseconds.
const maxHeaderLength = 1_000;

/** Shortens an overlong Accept-Language header to the ranges that fit completely. */
function limitLanguageRanges({ headers }: Request): void {
  const all = headers['accept-language'];
  if (all === undefined || all.length <= maxHeaderLength) return;
  headers['accept-language'] = all.slice(0, Math.max(0, all.lastIndexOf(',', maxHeaderLength)));
}
