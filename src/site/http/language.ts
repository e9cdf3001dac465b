import type { Request } from 'express';
import type { Language, RegionRules } from '../../domain/regions.ts';
import { lookUpLanguage } from '../../i18n/locale.ts';
import type { Cookies } from './cookies.ts';
import type { Middleware } from './request.ts';

/**
 * Sets the language of a request before authentication, so that every error page is in the visitor's language: the one
 * selected with the switcher, else the one that the browser accepts, else the region's default.
 */
export function language(cookies: Cookies, rules: RegionRules): Middleware {
  return (request, _response, next) => {
    request.language =
      chosenLanguage(request, cookies, rules) ?? acceptedLanguage(request, rules) ?? rules.defaultLanguage;
    next();
  };
}

/** @returns the language selected with the switcher in this browser, or null */
export function chosenLanguage(request: Request, cookies: Cookies, rules: RegionRules): Language | null {
  return offeredLanguage(cookies.read(request, 'language'), rules);
}

/** @returns the language if the region offers it, otherwise null */
export const offeredLanguage = (language: unknown, { languages }: RegionRules): Language | null =>
  typeof language === 'string' && languages.includes(language) ? language : null;

const acceptedLanguage = (request: Request, rules: RegionRules): Language | null =>
  lookUpLanguage(languageRanges(request), rules.languages);

/** @returns the language ranges that the browser accepts, in order of preference */
export const languageRanges = (request: Request): string[] => request.acceptsLanguages();
