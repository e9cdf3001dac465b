import type { Request, Response } from 'express';
import { bind } from '../../platform/bind.ts';
import { createFormatsByLocale, type Formats } from '../../i18n/formats.ts';
import { escapeHtml, type Messages, type Translator } from '../../i18n/translator.ts';
import { createLayoutFactory, type LayoutConfig, type LayoutFactory } from './layout.ts';
import { dateLocale } from '../../i18n/locale.ts';
import { languageRanges } from './language.ts';
import type { PageOptions } from './page-options.ts';
import { paths } from './paths.ts';
import type { Middleware } from './request.ts';
import type { DisplayText, ViewModels, ViewName } from './view-models.ts';
import type { RenderView } from './views.ts';

interface PagesConfig extends LayoutConfig {
  readonly translator: Translator;
  readonly render: RenderView;
  readonly clock: () => number;
}

export type Pages = ReturnType<typeof createPages>;

interface PageDependencies extends PagesConfig {
  readonly formatsOf: (locale: string) => Formats;
  readonly createLayout: LayoutFactory;
  readonly icon: (name: string) => string;
}

/** Renders views inside the layout. */
export function createPages(parts: PagesConfig) {
  const { clock, assets } = parts;
  const deps: PageDependencies = {
    ...parts,
    formatsOf: createFormatsByLocale(clock),
    createLayout: createLayoutFactory(parts),
    icon: iconMarkup.bind(null, assets.url('icons.svg')),
  };
  return bind(deps, { answer });
}

const iconMarkup = (sprite: string, name: string): string =>
  `<svg class="icon" aria-hidden="true"><use href="${sprite}#${escapeHtml(name)}"></use></svg>`;

/** Responds with a page. Templates receive request data only through the layout model. */
function answer(
  deps: PageDependencies,
  request: Request,
  response: Response,
  view: ViewName,
  model: ViewModels[ViewName],
  options: PageOptions,
): void {
  const { config, translator, render, icon, formatsOf } = deps;
  const messages = translator(request.language ?? config.rules.defaultLanguage);
  const { t, html, language, settings } = messages;
  const page = deps.createLayout(request, response.locals.nonce, messages, options);
  const format = formatsOf(dateLocale(languageRanges(request), settings));
  const locals = { page, t, html, display: displayText.bind(null, messages), icon, paths, format };
  const body = render(view, { ...locals, model });
  const layout = page.navigation.length > 0 ? 'shared/layout' : 'shared/minimal-layout';
  // A page that shows a rejected form again keeps the status of the rejection.
  response.status(options.status ?? (page.errors.length > 0 ? 422 : response.statusCode));
  response.set({
    'Content-Language': language,
    'Cache-Control': 'no-store',
    Vary: 'Cookie, Accept-Language',
  });
  const bytes = Buffer.from(render(layout, { ...locals, body }));
  response.type('html').set('Content-Length', String(bytes.length));
  response.end(bytes);
}

/** @returns the string to display: a literal string unchanged, the translation of a key, or the name of a language */
export function displayText({ t, languageName }: Pick<Messages, 't' | 'languageName'>, text: DisplayText): string {
  if ('text' in text) return text.text;
  return 'language' in text ? languageName(text.language) : t(text.key, text.values);
}

/** Adds the `page` function to every response. */
export function pages(all: Pages): Middleware {
  return (request, response, next) => {
    response.page = (view, model, options) => all.answer(request, response, view, model, options);
    next();
  };
}
