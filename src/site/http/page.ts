import type { Request, Response } from 'express';
import type { Config } from '../../platform/config/config.ts';
import { regionName } from '../../platform/config/rules.ts';
import { type Language, languages } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { initialsOf } from '../../domain/people/user.ts';
import { isOneTimeLink, paths } from './paths.ts';
import type { Assets } from './assets.ts';
import type { Cookies } from './cookies.ts';
import { csrfToken } from './csrf.ts';
import { createFormats } from '../../i18n/formats.ts';
import { navigationFor } from './navigation.ts';
import type { Middleware } from './request.ts';
import { escapeHtml, type Tongue, type Translator } from '../../i18n/translator.ts';
import type { RenderView } from './views.ts';
import type { Notice, Text, PageOptions } from './page-options.ts';

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

/** Makes pages: a view, rendered into the frame that belongs to whoever reads it. */
export function createPages(parts: PageParts) {
  const { config, translator, render, assets, cookies, clock } = parts;
  const sprite = assets.url('icons.svg');
  const icon = (name: string): string =>
    `<svg class="icon" aria-hidden="true"><use href="${sprite}#${escapeHtml(name)}"></use></svg>`;
  const formats = new Map(languages.map((language) => [language, createFormats(language, clock)]));
  const elsewhere = new Map(languages.map((language) => [language, otherRegions(config, language)]));
  const regions = new Map(languages.map((language) => [language, ownRegion(config, translator(language))]));
  const choices = config.rules.languages.map((code) => ({ code, name: ownNames[code] }));

  function frame(request: Request, response: Response, tongue: Tongue, options: PageOptions) {
    const { language, direction, t } = tongue;
    const word = (text: Text): string => (typeof text === 'string' ? t(text) : t(text.key, text.values));
    const { scope } = request;
    const user = request.signedIn?.session.user ?? null;
    const notice = options.notice ?? takeNotice(request);
    const errors = (options.faults ?? []).map((fault) => ({ field: fault.field, text: word(fault) }));
    return {
      language,
      dir: direction,
      languages: choices,
      title: word(options.title),
      theme: themeOf(request, cookies),
      nonce: response.locals.nonce,
      csrfToken: options.formless === true ? knownToken(request) : newToken(request),
      path: addressOf(request),
      requestId: request.requestId,
      region: regions.get(language),
      otherRegions: elsewhere.get(language) ?? [],
      ...placeOf(scope),
      person: user ? { name: user.displayName, initials: initialsOf(user.displayName) } : null,
      navigation: scope && !options.alone ? navigationFor(scope, request.path, t) : [],
      breadcrumbs: (options.breadcrumbs ?? []).map(({ href, label }) => ({ href, label: word(label) })),
      notice: notice ? { kind: notice.kind, text: word(notice) } : null,
      errors,
      errorOf: Object.fromEntries(errors.map(({ field, text }) => [field, text])),
      fleeting: options.fleeting === true,
      scripts: options.scripts ?? [],
      asset: assets.url,
    };
  }

  return {
    /** Answers a request with a page. Nothing of the request reaches a template but through the frame. */
    answer: (request: Request, response: Response, view: string, model: object, options: PageOptions): void => {
      const tongue = translator(request.language ?? config.rules.defaultLanguage);
      const page = frame(request, response, tongue, options);
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
    },
  };
}

// The same on every page of a language: put into words once.
function ownRegion({ rules }: Config, { language, t }: Tongue) {
  const name = rules.name[language];
  return { id: rules.region, name, label: t('common:region.label', { name }) };
}

// Where the switchers lead back to. The address of a one-time link is a secret, which no form carries along: null.
function addressOf(request: Request): string | null {
  if (isOneTimeLink(request.path)) return null;
  return request.method === 'GET' ? request.originalUrl : request.path;
}

/** Whose organization a page is of, and, for an operator inside it, by which leave. */
const placeOf = (scope: Scope | undefined) => ({
  tenant: scope ? { name: scope.tenant.name } : null,
  support: scope?.support ?? null,
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
