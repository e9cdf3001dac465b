import type { Request } from 'express';
import { isLanguage, languages, type Language, type RegionRules } from '../domain/regions.ts';
import type { Cookies } from './cookies.ts';
import type { Middleware } from './request.ts';

/**
 * The language of a request before anybody is known, so that every refusal is in the reader's tongue:
 * the choice made with the switcher, else what the browser asks for, else the region's.
 */
export function language(cookies: Cookies, rules: RegionRules): Middleware {
  return (request, _response, next) => {
    request.language = chosenLanguage(request, cookies) ?? acceptedLanguage(request) ?? rules.defaultLanguage;
    next();
  };
}

/** @returns the language chosen with the switcher in this browser, or null */
export function chosenLanguage(request: Request, cookies: Cookies): Language | null {
  const chosen = cookies.read(request, 'language');
  return isLanguage(chosen) ? chosen : null;
}

function acceptedLanguage(request: Request): Language | null {
  // A star alone, or nothing, is no wish.
  if (/^[\s*]*$/.test(request.headers['accept-language'] ?? '')) return null;
  const accepted = request.acceptsLanguages([...languages]);
  return isLanguage(accepted) ? accepted : null;
}
