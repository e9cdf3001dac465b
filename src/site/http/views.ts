import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ejs from 'ejs';
import { packageRoot } from '../../platform/package-root.ts';
import type { Formats } from '../../i18n/formats.ts';
import { escapeHtml, type Messages } from '../../i18n/translator.ts';
import type { Page } from './layout.ts';
import type { paths } from './paths.ts';
import type { DisplayText, ViewModels, ViewName } from './view-models.ts';

const folder = path.join(packageRoot, 'views');

// The only variables that templates can use. Rendering without `with` takes half the time, and request data cannot
// define further variables.
const names = [
  ...(['page', 't', 'html', 'display', 'format', 'icon', 'paths'] as const),
  ...(['partial', 'model', 'body'] as const),
] as const satisfies readonly (keyof ViewLocals<ViewName>)[];

/** The variables of a template: its model, the layout model, and helper functions for messages, times and icons. */
export interface ViewLocals<Name extends ViewName> {
  readonly model: ViewModels[Name];
  readonly page: Page;
  readonly t: Messages['t'];
  readonly html: Messages['html'];
  readonly display: (text: DisplayText) => string;
  readonly format: Formats;
  readonly icon: (name: string) => string;
  readonly paths: typeof paths;
  readonly partial: RenderPartial;
  /** The rendered view, which is placed inside the layout. */
  readonly body: string;
}

type RenderPartial = <Name extends ViewName>(
  name: Name,
  ...model: ViewModels[Name] extends undefined ? [] : [ViewModels[Name]]
) => string;

/** Renders a view, given by its name under `views/` without the extension. */
export type RenderView = <Name extends ViewName>(name: Name, locals: Partial<ViewLocals<Name>>) => string;

type Compiled = (locals: object) => string;

/** Compiles every template at startup. An invalid template fails at startup, a missing one when it is first used. */
export function loadViews(): RenderView {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ejs'));
  const views = new Map(
    files.map((file) => [file.slice(0, -'.ejs'.length).replaceAll(path.sep, '/'), compileView(file)]),
  );
  const find = (name: string): Compiled => {
    const view = views.get(name);
    if (view === undefined) throw new Error(`View not found: ${name}`);
    return view;
  };
  return (name, locals) => {
    const partial = (part: string, model: unknown): string => find(part)({ ...shared, model });
    const shared = { ...locals, partial };
    return find(name)(shared);
  };
}

function compileView(file: string): Compiled {
  const text = readFileSync(path.join(folder, file), 'utf8');
  const template = new ejs.Template(text, {
    filename: path.join(folder, file),
    strict: true,
    _with: false,
    destructuredLocals: [...names],
    rmWhitespace: true,
    escape: (value: string | number | null | undefined) => escapeHtml(String(value ?? '')),
    // With this option, EJS does not copy the locals for each partial. The copy would protect nothing, because all
    // locals come from our code.
    unsafePrototypeLocals: true,
  } as ejs.Options);
  return template.compile() as Compiled;
}
