import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ejs from 'ejs';
import { packageRoot } from '../../platform/package-root.ts';
import { escapeHtml } from '../../i18n/translator.ts';

const folder = path.join(packageRoot, 'views');

// The only names that a template knows. Without `with`, a template costs half, and no request can add a name.
const names = ['page', 't', 'html', 'partial', 'icon', 'paths', 'format', 'model', 'input', 'body'] as const;

export type ViewLocals = Readonly<Partial<Record<(typeof names)[number], unknown>>>;

/** Renders a view by its name under `views/`, without the ending. */
export type RenderView = (name: string, locals: ViewLocals) => string;

type Compiled = (locals: ViewLocals) => string;

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
    const partial = (part: string, input: object): string => find(part)({ ...shared, input });
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
