import type { Request } from 'express';
import { z } from 'zod';
import type { Config } from '../../platform/config/config.ts';
import { regionName } from '../../platform/config/rules.ts';
import type { Language, RuleText } from '../../domain/regions.ts';
import { paths } from './paths.ts';
import type { Cookies } from './cookies.ts';
import { chosenLanguage, offeredLanguage } from './language.ts';

/** A reader whom the portal of another region redirected to the sign-in page. */
export interface RegionRedirect {
  /** Id of that region, as this portal's configuration has it. */
  readonly from: string;
  readonly regionName: RuleText;
  /** The language that the reader had chosen there; null if none, or one that this region does not offer. */
  readonly language: Language | null;
  /** Where the reader is now: the host of this portal, as the address bar shows it. */
  readonly host: string;
}

/**
 * @param region the address of the other region's portal
 * @param chosen the language that the reader has chosen here, since a cookie does not reach another host
 * @returns the address of its sign-in page with a marker that says where the reader comes from, and nothing of the person
 */
export function regionSignInUrl(region: URL, { rules }: Pick<Config, 'rules'>, chosen: Language | null): string {
  const address = new URL(paths.signIn, region);
  address.searchParams.set('from', rules.region);
  if (chosen !== null) address.searchParams.set('language', chosen);
  return address.href;
}

const redirectParameters = z.object({ from: z.string().catch(''), language: z.string().catch('') });

/** Reads the marker of a sign-in page, from its address or from its form, and has the page speak the reader's language. */
export function createRegionRedirectReader({ config, cookies }: { config: Config; cookies: Cookies }) {
  const { rules, regionUrls, baseUrl } = config;

  /** @returns null without a marker, and for one that does not name another region known to this portal */
  function read(given: unknown): Pick<RegionRedirect, 'from' | 'language'> | null {
    const { from, language } = redirectParameters.parse(given ?? {});
    if (from === rules.region || !regionUrls.has(from)) return null;
    return { from, language: offeredLanguage(language, rules) };
  }

  /** The language chosen here comes first, then the one chosen at the other region. */
  return (request: Request): RegionRedirect | null => {
    const found = read(request.method === 'POST' ? request.body : request.query);
    if (found === null) return null;
    if (found.language !== null) request.language = chosenLanguage(request, cookies, rules) ?? found.language;
    return { ...found, regionName: regionName(found.from, request.language), host: baseUrl.host };
  };
}
