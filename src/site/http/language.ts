import type { Request } from 'express';
import type { Language, RegionRules } from '../../domain/regions.ts';
import { lookUpLanguage } from '../../i18n/locale.ts';
import type { Cookies } from './cookies.ts';
import type { Middleware } from './request.ts';

/**
 * The language of a request before anybody is known, so that every refusal is in the reader's tongue:
 * the choice made with the switcher, else what the browser asks for, else the region's.
 */
export function language(cookies: Cookies, rules: RegionRules): Middleware {
  return (request, _response, next) => {
    request.language =
      chosenLanguage(request, cookies, rules) ?? acceptedLanguage(request, rules) ?? rules.defaultLanguage;
    next();
  };
}

/** @returns the language chosen with the switcher in this browser, or null */
export function chosenLanguage(request: Request, cookies: Cookies, rules: RegionRules): Language | null {
  return offered(cookies.read(request, 'language'), rules);
}

/** @returns the language if the region offers it, or null */
export const offered = (language: unknown, { languages }: RegionRules): Language | null =>
  typeof language === 'string' && languages.includes(language) ? language : null;

const acceptedLanguage = (request: Request, rules: RegionRules): Language | null =>
  lookUpLanguage(languageRanges(request), rules.languages);

/** @returns the language ranges that the browser asks for, the preferred first */
export const languageRanges = (request: Request): string[] => request.acceptsLanguages();
