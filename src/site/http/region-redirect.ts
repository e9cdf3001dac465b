import type { Request } from 'express';
import { z } from 'zod';
import type { Config } from '../../platform/config/config.ts';
import { regionName } from '../../platform/config/rules.ts';
import type { Language, RuleText } from '../../domain/regions.ts';
import { paths } from './paths.ts';
import type { Cookies } from './cookies.ts';
import { chosenLanguage, offeredLanguage } from './language.ts';

/** A visitor whom another region's portal redirected to this sign-in page. */
export interface RegionRedirect {
  /** Id of the other region, as in this portal's configuration. */
  readonly from: string;
  readonly regionName: RuleText;
  /** The language selected in the other portal; null if there was none or this region does not offer it. */
  readonly language: Language | null;
  /** This portal's host, as the address bar shows it. */
  readonly host: string;
}

/**
 * @param region base URL of the other region's portal
 * @param chosen the language selected in this portal; passed along because cookies are not shared between hosts
 * @returns the URL of the other region's sign-in page, with parameters that name this region but contain no personal
 * data
 */
export function regionSignInUrl(region: URL, { rules }: Pick<Config, 'rules'>, chosen: Language | null): string {
  const address = new URL(paths.signIn, region);
  address.searchParams.set('from', rules.region);
  if (chosen !== null) address.searchParams.set('language', chosen);
  return address.href;
}

const redirectParameters = z.object({ from: z.string().catch(''), language: z.string().catch('') });

/** Reads the redirect parameters from the query or the form, and switches the page to the language passed along. */
export function createRegionRedirectReader({ config, cookies }: { config: Config; cookies: Cookies }) {
  const { rules, regionUrls, baseUrl } = config;

  /** @returns null unless the parameters name another region that this portal is configured with */
  function read(given: unknown): Pick<RegionRedirect, 'from' | 'language'> | null {
    const { from, language } = redirectParameters.parse(given ?? {});
    if (from === rules.region || !regionUrls.has(from)) return null;
    return { from, language: offeredLanguage(language, rules) };
  }

  /** A language selected in this portal takes precedence over the one passed along. */
  return (request: Request, given: unknown): RegionRedirect | null => {
    const found = read(given);
    if (found === null) return null;
    if (found.language !== null) request.language = chosenLanguage(request, cookies, rules) ?? found.language;
    return { ...found, regionName: regionName(found.from, request.language), host: baseUrl.host };
  };
}
