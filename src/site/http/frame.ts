import type { Request } from 'express';
import type { Config } from '../../platform/config/config.ts';
import { regionName } from '../../platform/config/rules.ts';
import { type Language, ruleTextIn, type RuleText, type LocalizedText } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { initialsOf } from '../../domain/people/user.ts';
import { displayNameOf } from '../../domain/principal.ts';
import { isOneTimeLink, paths } from './paths.ts';
import type { Assets } from './assets.ts';
import type { Cookies } from './cookies.ts';
import { csrfToken } from './csrf.ts';
import { navigationFor } from './navigation.ts';
import type { Messages } from '../../i18n/translator.ts';
import { textOfFault, type Notice, type Text, type PageOptions } from './page-options.ts';

export interface FrameParts {
  readonly config: Config;
  readonly assets: Assets;
  readonly cookies: Cookies;
}

/** The fields of a name in the order of a form. */
const nameFields = {
  givenFirst: ['firstName', 'lastName'],
  familyFirst: ['lastName', 'firstName'],
} as const;

/** The same on every page of a language: put into words once. */
interface OfLanguage {
  readonly region: ReturnType<typeof ownRegion>;
  readonly otherRegions: ReturnType<typeof otherRegions>;
}

/** What stands around a view: navigation, notice, faults of a form, and the token that its forms carry. */
export type Page = ReturnType<typeof frameOf>;

export type FrameFor = ReturnType<typeof createFrames>;

interface FrameDependencies extends FrameParts {
  readonly ofLanguage: ReadonlyMap<Language, OfLanguage>;
  readonly languageChoices: readonly { readonly code: Language; readonly name: string }[];
}

/** @returns what makes the frame of a page for its reader */
export function createFrames(parts: FrameParts) {
  const { config } = parts;
  const ofLanguage = new Map(
    config.rules.languages.map((language) => [
      language,
      { region: ownRegion(config, language), otherRegions: otherRegions(config, language) },
    ]),
  );
  const languageChoices = config.rules.languages.map((code) => ({
    code,
    name: config.languages.get(code)?.name ?? code,
  }));
  return frameOf.bind(null, { ...parts, ofLanguage, languageChoices });
}

function frameOf(deps: FrameDependencies, request: Request, nonce: string, messages: Messages, options: PageOptions) {
  const { cookies, assets, languageChoices } = deps;
  const { language, settings, t } = messages;
  const { scope } = request;
  const { region, otherRegions } = deps.ofLanguage.get(language) as OfLanguage;
  const token = options.formless === true ? knownToken(request) : newToken(request);
  const path = addressOf(request);
  const user = request.signedIn?.session.user ?? null;
  const errors = (options.faults ?? []).map((fault) => ({ field: fault.field, text: wordIn(t, textOfFault(fault)) }));
  return {
    language,
    dir: settings.direction,
    nameFields: nameFields[settings.nameOrder],
    languages: languageChoices,
    title: wordIn(t, options.title),
    theme: themeOf(request, cookies),
    themes,
    nonce,
    csrfToken: token,
    path,
    // Their forms need a token, and an address to return to.
    offersSwitchers: token !== '' && path !== null,
    requestId: request.requestId,
    region,
    otherRegions,
    tenant: scope ? { name: scope.tenant.name } : null,
    support: scope ? supportIn(scope) : null,
    person: user ? { name: user.displayName, initials: initialsOf(user.displayName) } : null,
    navigation: scope && !options.alone ? navigationFor(scope, request.path, t) : [],
    breadcrumbs: (options.breadcrumbs ?? []).map(({ href, label }) => ({ href, label: wordIn(t, label) })),
    notice: noticeOf(request, t, options),
    errors,
    errorOf: Object.fromEntries(errors.map(({ field, text }) => [field, text])) as Readonly<Record<string, string>>,
    fleeting: options.fleeting === true,
    scripts: options.scripts ?? [],
    asset: assets.url,
  };
}

const wordIn = (t: Messages['t'], text: Text): string =>
  typeof text === 'string' ? t(text) : t(text.key, text.values);

function noticeOf(
  request: Request,
  t: Messages['t'],
  options: PageOptions,
): { kind: Notice['kind']; text: string } | null {
  const notice = options.notice ?? takeNotice(request);
  return notice ? { kind: notice.kind, text: wordIn(t, notice) } : null;
}

function ownRegion({ rules }: Config, language: Language) {
  const ruleText = (wording: LocalizedText): RuleText => ruleTextIn(wording, language, rules);
  return { id: rules.region, name: ruleText(rules.name), ruleText };
}

// Where the switchers lead back to. The address of a one-time link is a secret, which no form carries along: null.
function addressOf(request: Request): string | null {
  if (isOneTimeLink(request.path)) return null;
  return request.method === 'GET' ? request.originalUrl : request.path;
}

/** By which grant an operator is inside an organization; null for everyone else. */
function supportIn({ principal, tenant }: Scope) {
  if (principal.kind !== 'support') return null;
  const { level, purpose, endsAt } = principal.grant;
  return { level, purpose, endsAt, tenant: tenant.name, operator: displayNameOf(principal) ?? '' };
}

const knownToken = (request: Request): string => request.session?.csrfToken ?? '';
// Where the sessions' store is away there is no session either.
const newToken = (request: Request): string => (request.session ? csrfToken(request) : '');

function takeNotice(request: Request): Notice | null {
  const notice = request.session?.notice ?? null;
  if (notice !== null) delete request.session.notice;
  return notice;
}

export const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];
const isTheme = (text: unknown): text is Theme => (themes as readonly unknown[]).includes(text);

function themeOf(request: Request, cookies: Cookies): Theme {
  const chosen = cookies.read(request, 'theme');
  return isTheme(chosen) ? chosen : 'system';
}

function otherRegions(config: Config, language: Language) {
  return [...config.regionUrls]
    .filter(([id]) => id !== config.rules.region)
    .map(([id, url]) => ({ id, name: regionName(id, language), signInUrl: new URL(paths.signIn, url).href }));
}
