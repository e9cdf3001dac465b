import type { Request, Response } from 'express';
import { bind } from '../../platform/bind.ts';
import { createFormatsByLocale, type Formats } from '../../i18n/formats.ts';
import { escapeHtml, type Messages, type Translator } from '../../i18n/translator.ts';
import { createFrames, type FrameFor, type FrameParts } from './frame.ts';
import { dateLocale } from '../../i18n/locale.ts';
import { languageRanges } from './language.ts';
import type { PageOptions } from './page-options.ts';
import { paths } from './paths.ts';
import type { Middleware } from './request.ts';
import type { Shown, ViewModels, ViewName } from './view-models.ts';
import type { RenderView } from './views.ts';

interface PageParts extends FrameParts {
  readonly translator: Translator;
  readonly render: RenderView;
  readonly clock: () => number;
}

export type Pages = ReturnType<typeof createPages>;

interface PageDependencies extends PageParts {
  readonly formatsOf: (locale: string) => Formats;
  readonly frameFor: FrameFor;
  readonly icon: (name: string) => string;
}

/** Renders pages: a view inside the frame for its reader. */
export function createPages(parts: PageParts) {
  const { clock, assets } = parts;
  const deps: PageDependencies = {
    ...parts,
    formatsOf: createFormatsByLocale(clock),
    frameFor: createFrames(parts),
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
  view: ViewName,
  model: ViewModels[ViewName],
  options: PageOptions,
): void {
  const { config, translator, render, icon, formatsOf } = deps;
  const messages = translator(request.language ?? config.rules.defaultLanguage);
  const { t, html, language, settings } = messages;
  const page = deps.frameFor(request, response.locals.nonce, messages, options);
  const format = formatsOf(dateLocale(languageRanges(request), settings));
  const locals = { page, t, html, word: wordIn.bind(null, messages), icon, paths, format };
  const body = render(view, { ...locals, model });
  const layout = page.navigation.length > 0 ? 'shared/layout' : 'shared/entrance';
  response.status(options.status ?? (page.errors.length > 0 ? 422 : 200));
  response.set({
    'Content-Language': language,
    'Cache-Control': 'no-store',
    Vary: 'Cookie, Accept-Language',
  });
  const bytes = Buffer.from(render(layout, { ...locals, body }));
  response.type('html').set('Content-Length', String(bytes.length));
  response.end(bytes);
}

/** What is shown of a value: the text as it is, or the words for it. */
export function wordIn({ t, languageName }: Pick<Messages, 't' | 'languageName'>, shown: Shown): string {
  if ('text' in shown) return shown.text;
  return 'language' in shown ? languageName(shown.language) : t(shown.key, shown.values);
}

/** Gives every response its `page`, bound to its request. */
export function pages(all: Pages): Middleware {
  return (request, response, next) => {
    response.page = (view, model, options) => all.answer(request, response, view, model, options);
    next();
  };
}
