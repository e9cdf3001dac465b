import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ejs from 'ejs';

const folder = path.join(import.meta.dirname, '../../views');

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
  const render: RenderView = (name, locals) => {
    const view = views.get(name);
    if (view === undefined) throw new Error(`There is no view ${name}`);
    const partial = (part: string, input: object): string => render(part, { ...locals, input });
    return view({ ...locals, partial });
  };
  return render;
}

function compileView(file: string): Compiled {
  const text = readFileSync(path.join(folder, file), 'utf8');
  const template = new ejs.Template(text, {
    filename: path.join(folder, file),
    strict: true,
    _with: false,
    destructuredLocals: [...names],
    rmWhitespace: true,
  });
  return template.compile() as Compiled;
}
