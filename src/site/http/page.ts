import type { Request, Response } from 'express';
import type { Config } from '../../platform/config/config.ts';
import { regionName } from '../../platform/config/rules.ts';
import { type Language, languages, ruleTextIn, type RuleText, type Wording } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { initialsOf } from '../../domain/people/user.ts';
import { isOneTimeLink, paths } from './paths.ts';
import { bind } from '../../platform/bind.ts';
import type { Assets } from './assets.ts';
import type { Cookies } from './cookies.ts';
import { csrfToken } from './csrf.ts';
import { createFormats, type Formats } from '../../i18n/formats.ts';
import { navigationFor } from './navigation.ts';
import type { Middleware } from './request.ts';
import { escapeHtml, type Tongue, type Translator } from '../../i18n/translator.ts';
import type { RenderView } from './views.ts';
import { textOfFault, type Notice, type Text, type PageOptions } from './page-options.ts';

export interface PageParts {
  readonly config: Config;
  readonly translator: Translator;
  readonly render: RenderView;
  readonly assets: Assets;
  readonly cookies: Cookies;
  readonly clock: () => number;
}

const ownNames: Readonly<Record<Language, string>> = { en: 'English', fr: 'Français', de: 'Deutsch' };

export type Pages = ReturnType<typeof createPages>;

interface PageDependencies extends PageParts {
  readonly formats: ReadonlyMap<Language, Formats>;
  readonly regions: ReadonlyMap<Language, ReturnType<typeof ownRegion>>;
  readonly otherRegions: ReadonlyMap<Language, ReturnType<typeof otherRegions>>;
  readonly languageChoices: readonly { readonly code: Language; readonly name: string }[];
  readonly icon: (name: string) => string;
}

/** Renders pages: a view inside the frame for its reader. */
export function createPages(parts: PageParts) {
  const { config, clock, assets } = parts;
  const deps: PageDependencies = {
    ...parts,
    formats: new Map(languages.map((language) => [language, createFormats(language, clock)])),
    regions: new Map(languages.map((language) => [language, ownRegion(config, language)])),
    otherRegions: new Map(languages.map((language) => [language, otherRegions(config, language)])),
    languageChoices: config.rules.languages.map((code) => ({ code, name: ownNames[code] })),
    icon: iconIn.bind(null, assets.url('icons.svg')),
  };
  return bind(deps, { answer });
}

const iconIn = (sprite: string, name: string): string =>
  `<svg class="icon" aria-hidden="true"><use href="${sprite}#${escapeHtml(name)}"></use></svg>`;

/** Answers a request with a page. Nothing of the request reaches a template except through the frame. */
function answer(
  deps: PageDependencies,
  request: Request,
  response: Response,
  view: string,
  model: object,
  options: PageOptions,
): void {
  const { config, translator, render, icon, formats } = deps;
  const tongue = translator(request.language ?? config.rules.defaultLanguage);
  const page = frameOf(deps, request, response, tongue, options);
  const locals = { page, t: tongue.t, html: tongue.html, icon, paths, format: formats.get(tongue.language), model };
  const body = render(view, locals);
  const layout = page.navigation.length > 0 ? 'shared/layout' : 'shared/entrance';
  response.status(options.status ?? (page.errors.length > 0 ? 422 : 200));
  response.set({
    'Content-Language': tongue.language,
    'Cache-Control': 'no-store',
    Vary: 'Cookie, Accept-Language',
  });
  const html = render(layout, { ...locals, body });
  const bytes = Buffer.from(html);
  response.type('html').set('Content-Length', String(bytes.length));
  response.end(bytes);
}

function frameOf(deps: PageDependencies, request: Request, response: Response, tongue: Tongue, options: PageOptions) {
  const { cookies, assets, languageChoices } = deps;
  const { language, direction, t } = tongue;
  const { scope } = request;
  const user = request.signedIn?.session.user ?? null;
  const errors = (options.faults ?? []).map((fault) => ({ field: fault.field, text: wordIn(t, textOfFault(fault)) }));
  return {
    language,
    dir: direction,
    languages: languageChoices,
    title: wordIn(t, options.title),
    theme: themeOf(request, cookies),
    nonce: response.locals.nonce,
    csrfToken: options.formless === true ? knownToken(request) : newToken(request),
    path: addressOf(request),
    requestId: request.requestId,
    region: deps.regions.get(language),
    otherRegions: deps.otherRegions.get(language) ?? [],
    ...placeOf(scope),
    person: user ? { name: user.displayName, initials: initialsOf(user.displayName) } : null,
    navigation: scope && !options.alone ? navigationFor(scope, request.path, t) : [],
    breadcrumbs: (options.breadcrumbs ?? []).map(({ href, label }) => ({ href, label: wordIn(t, label) })),
    notice: noticeOf(request, t, options),
    errors,
    errorOf: Object.fromEntries(errors.map(({ field, text }) => [field, text])),
    fleeting: options.fleeting === true,
    scripts: options.scripts ?? [],
    asset: assets.url,
  };
}

const wordIn = (t: Tongue['t'], text: Text): string => (typeof text === 'string' ? t(text) : t(text.key, text.values));

function noticeOf(
  request: Request,
  t: Tongue['t'],
  options: PageOptions,
): { kind: Notice['kind']; text: string } | null {
  const notice = options.notice ?? takeNotice(request);
  return notice ? { kind: notice.kind, text: wordIn(t, notice) } : null;
}

// The same on every page of a language.
function ownRegion({ rules }: Config, language: Language) {
  const ruleText = (wording: Wording): RuleText => ruleTextIn(wording, language, rules);
  return { id: rules.region, name: ruleText(rules.name), ruleText };
}

// Where the switchers lead back to. The address of a one-time link is a secret, which no form carries along: null.
function addressOf(request: Request): string | null {
  if (isOneTimeLink(request.path)) return null;
  return request.method === 'GET' ? request.originalUrl : request.path;
}

/** Whose organization a page is of, and, for an operator inside it, by which leave. */
const placeOf = (scope: Scope | undefined) => ({
  tenant: scope ? { name: scope.tenant.name } : null,
  support: scope?.principal.kind === 'support' ? scope.principal.grant : null,
});

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

/** Gives every response its `page`, bound to its request. */
export function pages(all: Pages): Middleware {
  return (request, response, next) => {
    response.page = (view, model, options) => all.answer(request, response, view, model, options);
    next();
  };
}
