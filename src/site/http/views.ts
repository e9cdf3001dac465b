import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ejs from 'ejs';
import { packageRoot } from '../../platform/package-root.ts';
import type { Formats } from '../../i18n/formats.ts';
import { escapeHtml, type Messages } from '../../i18n/translator.ts';
import type { Page } from './frame.ts';
import type { paths } from './paths.ts';
import type { Shown, ViewModels, ViewName } from './view-models.ts';

const folder = path.join(packageRoot, 'views');

// The only names that a template knows. Without `with`, a template costs half, and no request can add a name.
const names = [
  ...(['page', 't', 'html', 'word', 'format', 'icon', 'paths'] as const),
  ...(['partial', 'model', 'body'] as const),
] as const satisfies readonly (keyof ViewLocals<ViewName>)[];

/** What a template knows: its model, the frame around it, and the words, times and icons of its reader. */
export interface ViewLocals<Name extends ViewName> {
  readonly model: ViewModels[Name];
  readonly page: Page;
  readonly t: Messages['t'];
  readonly html: Messages['html'];
  readonly word: (shown: Shown) => string;
  readonly format: Formats;
  readonly icon: (name: string) => string;
  readonly paths: typeof paths;
  readonly partial: RenderPartial;
  /** What a layout stands around. */
  readonly body: string;
}

type RenderPartial = <Name extends ViewName>(
  name: Name,
  ...model: ViewModels[Name] extends undefined ? [] : [ViewModels[Name]]
) => string;

/** Renders a view by its name under `views/`, without the ending. */
export type RenderView = <Name extends ViewName>(name: Name, locals: Partial<ViewLocals<Name>>) => string;

type Compiled = (locals: object) => string;

/** Compiles every template once. A view that is wrong, or missing, fails at start or at its first use, by name. */
export function loadViews(): RenderView {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ejs'));
  const views = new Map(
    files.map((file) => [file.slice(0, -'.ejs'.length).replaceAll(path.sep, '/'), compileView(file)]),
  );
  const find = (name: string): Compiled => {
    const view = views.get(name);
    if (view === undefined) throw new Error(`There is no view ${name}`);
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
    // The locals are read as they are: they are ours alone, and a copy of them at each partial costs more than it does.
    unsafePrototypeLocals: true,
  } as ejs.Options);
  return template.compile() as Compiled;
}
