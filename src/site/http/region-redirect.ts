import type { Request } from 'express';
import { z } from 'zod';
import type { Config } from '../../platform/config/config.ts';
import { regionName } from '../../platform/config/rules.ts';
import type { Language, RuleText } from '../../domain/regions.ts';
import { paths } from './paths.ts';
import type { Cookies } from './cookies.ts';
import { chosenLanguage, offeredLanguage } from './language.ts';

/** A visitor who was redirected to this sign-in page by the portal of another region. */
export interface RegionRedirect {
  /** The ID of the other region in this portal's configuration. */
  readonly from: string;
  readonly regionName: RuleText;
  /** The language selected in the other portal; null if none was selected or this region does not offer it. */
  readonly language: Language | null;
  /** The host of this portal, as shown in the address bar. */
  readonly host: string;
}

/**
 * @param region the base URL of the other region's portal
 * @param chosen the language selected in this portal, passed along because hosts do not share cookies
 * @returns the URL of the other region's sign-in page, whose parameters name this region and contain no personal data
 */
export function regionSignInUrl(region: URL, { rules }: Pick<Config, 'rules'>, chosen: Language | null): string {
  const address = new URL(paths.signIn, region);
  address.searchParams.set('from', rules.region);
  if (chosen !== null) address.searchParams.set('language', chosen);
  return address.href;
}

const redirectParameters = z.object({ from: z.string().catch(''), language: z.string().catch('') });

/**
 * Creates a function that reads the redirect parameters from the query or the form and sets the page's language
 * accordingly.
 */
export function createRegionRedirectReader({ config, cookies }: { config: Config; cookies: Cookies }) {
  const { rules, regionUrls, baseUrl } = config;

  /** @returns the redirect parameters; null unless they name another region from this portal's configuration */
  function read(given: unknown): Pick<RegionRedirect, 'from' | 'language'> | null {
    const { from, language } = redirectParameters.parse(given ?? {});
    if (from === rules.region || !regionUrls.has(from)) return null;
    return { from, language: offeredLanguage(language, rules) };
  }

  /** Reads the parameters. A language selected in this portal takes precedence over the one passed along. */
  return (request: Request, given: unknown): RegionRedirect | null => {
    const found = read(given);
    if (found === null) return null;
    if (found.language !== null) request.language = chosenLanguage(request, cookies, rules) ?? found.language;
    return { ...found, regionName: regionName(found.from, request.language), host: baseUrl.host };
  };
}
