import type { Request } from 'express';
import { isLanguage, type Language, type RegionRules } from '../../domain/regions.ts';
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
  return offeredLanguage(cookies.read(request, 'language'), rules);
}

/** @returns the language if the region offers it, or null */
export const offeredLanguage = (language: unknown, { languages }: RegionRules): Language | null =>
  isLanguage(language) && languages.includes(language) ? language : null;

function acceptedLanguage(request: Request, rules: RegionRules): Language | null {
  // A star alone, or nothing, is no wish.
  if (/^[\s*]*$/.test(request.headers['accept-language'] ?? '')) return null;
  return offeredLanguage(request.acceptsLanguages([...rules.languages]), rules);
}
