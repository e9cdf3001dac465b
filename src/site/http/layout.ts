import type { Request } from 'express';
import type { Config } from '../../platform/config/config.ts';
import { regionName } from '../../platform/config/rules.ts';
import { type Language, ruleTextIn, type RuleText, type LocalizedText as RegionText } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { initialsOf } from '../../domain/people/user.ts';
import { displayNameOf } from '../../domain/principal.ts';
import { isOneTimeLink, paths } from './paths.ts';
import type { Assets } from './assets.ts';
import type { Cookies } from './cookies.ts';
import { csrfToken, existingCsrfToken } from './csrf.ts';
import { type Drafts, draftUserOf, pageOfDraft } from './drafts.ts';
import { navigationFor } from './navigation.ts';
import type { Messages } from '../../i18n/translator.ts';
import { faultText, type PageNotice, type LocalizedText, type PageOptions } from './page-options.ts';

export interface LayoutConfig {
  readonly config: Config;
  readonly assets: Assets;
  readonly cookies: Cookies;
  readonly drafts: Drafts;
}

/** The fields of a user's name, in the order in which forms show them. */
const nameFields = {
  givenFirst: ['firstName', 'lastName'],
  familyFirst: ['lastName', 'firstName'],
} as const;

/** Strings about the region. They depend only on the language, so they are created once per language. */
interface RegionTexts {
  readonly region: ReturnType<typeof ownRegion>;
  readonly otherRegions: ReturnType<typeof otherRegions>;
}

/** The model of the layout around a view, with navigation, notice, form errors and CSRF token. */
export type Page = ReturnType<typeof createLayout>;

export type LayoutFactory = ReturnType<typeof createLayoutFactory>;

interface LayoutDependencies extends LayoutConfig {
  readonly regionTexts: ReadonlyMap<Language, RegionTexts>;
  readonly languageChoices: readonly { readonly code: Language; readonly name: string }[];
}

/** @returns a function that builds the layout model of a page */
export function createLayoutFactory(parts: LayoutConfig) {
  const { config } = parts;
  const regionTexts = new Map(
    config.rules.languages.map((language) => [
      language,
      { region: ownRegion(config, language), otherRegions: otherRegions(config, language) },
    ]),
  );
  const languageChoices = config.rules.languages.map((code) => ({
    code,
    name: config.languages.get(code)?.name ?? code,
  }));
  return createLayout.bind(null, { ...parts, regionTexts, languageChoices });
}

function createLayout(
  { cookies, assets, drafts, languageChoices, regionTexts }: LayoutDependencies,
  request: Request,
  nonce: string,
  { language, settings, t }: Messages,
  options: PageOptions,
) {
  const { scope } = request;
  const { region, otherRegions } = regionTexts.get(language) as RegionTexts;
  const token = tokenFor(request, options);
  const path = returnPathOf(request);
  const errors = errorsOf(t, options);
  return {
    language,
    dir: settings.direction,
    nameFields: nameFields[settings.nameOrder],
    languages: languageChoices,
    title: translate(t, options.title),
    theme: themeOf(request, cookies),
    themes,
    nonce,
    csrfToken: token,
    ...hiddenFieldsOf(drafts, request),
    path,
    // The language and theme switchers are forms, so they need a CSRF token and a return path. They are omitted if the
    // page carries a draft, because it would be lost.
    offersSwitchers: token !== '' && path !== null && request.carriedDraft === undefined,
    requestId: request.requestId,
    region,
    otherRegions,
    ...sessionModelOf(request),
    navigation: scope && !options.withoutNavigation ? navigationFor(scope, request.path, t) : [],
    breadcrumbs: (options.breadcrumbs ?? []).map(({ href, label }) => ({ href, label: translate(t, label) })),
    notice: noticeOf(request, t, options),
    errors,
    errorOf: Object.fromEntries(errors.map(({ field, text }) => [field, text])) as Readonly<Record<string, string>>,
    showsSecretOnce: options.showsSecretOnce === true,
    scripts: options.scripts ?? [],
    asset: assets.url,
  };
}

/** The hidden fields of forms, other than the CSRF token. */
const hiddenFieldsOf = (drafts: Drafts, request: Request) => ({
  owner: request.scope ? drafts.ownerOf(draftUserOf(request.scope)) : null,
  draft: carriedDraftOf(request),
});

/**
 * @returns the draft that the forms on the page carry, with the path of the page to which it leads; null if there is
 * none
 */
function carriedDraftOf({ carriedDraft }: Request): { sealed: string; page: string } | null {
  const page = carriedDraft === undefined ? null : pageOfDraft(carriedDraft);
  return carriedDraft === undefined || page === null ? null : { sealed: carriedDraft, page };
}

const errorsOf = (t: Messages['t'], { faults = [] }: PageOptions) =>
  faults.map((fault) => ({ field: fault.field, text: translate(t, faultText(fault)) }));

/** The signed-in user, the tenant and the support session; each is null if there is none. */
const sessionModelOf = (request: Request) => ({
  tenant: request.scope ? { name: request.scope.tenant.name } : null,
  support: request.scope ? supportSessionOf(request.scope) : null,
  person: personOf(request),
});

function personOf({ signedIn }: Request) {
  const name = signedIn?.session.user.displayName;
  return name === undefined ? null : { name, initials: initialsOf(name) };
}

const translate = (t: Messages['t'], text: LocalizedText): string =>
  typeof text === 'string' ? t(text) : t(text.key, text.values);

function noticeOf(
  request: Request,
  t: Messages['t'],
  options: PageOptions,
): { kind: PageNotice['kind']; text: string } | null {
  const notice = options.notice ?? request.restored?.notice ?? takeNotice(request);
  return notice ? { kind: notice.kind, text: translate(t, notice) } : null;
}

function ownRegion({ rules }: Config, language: Language) {
  const ruleText = (wording: RegionText): RuleText => ruleTextIn(wording, language, rules);
  return { id: rules.region, name: ruleText(rules.name), ruleText };
}

// The path to which the switchers return; null on a one-time link's page, whose URL is a secret that must not appear in
// a form.
function returnPathOf(request: Request): string | null {
  if (isOneTimeLink(request.path)) return null;
  return request.method === 'GET' ? request.originalUrl : request.path;
}

/** @returns the grant of the current support session; null outside a support session */
function supportSessionOf({ principal, tenant }: Scope) {
  if (principal.kind !== 'support') return null;
  const { level, purpose, endsAt } = principal.grant;
  return { level, purpose, endsAt, tenant: tenant.name, operator: displayNameOf(principal) ?? '' };
}

// If the session store is unavailable, the request has no session, and no form would work.
function tokenFor(request: Request, { withoutForms }: PageOptions): string {
  if (!request.session) return '';
  return withoutForms === true ? existingCsrfToken(request) : csrfToken(request);
}

function takeNotice(request: Request): PageNotice | null {
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
