import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.join(import.meta.dirname, '..');
const folder = path.join(root, 'views');
const tag = /<%([=#-]?)([\s\S]*?)[-_]?%>/g;
const locals = ['model', 'page', 't', 'html', 'display', 'format', 'icon', 'paths', 'partial', 'body'].join(', ');

/**
 * Converts a template to TypeScript. Its statements and expressions keep their line numbers, and its model has the type
 * that is declared for the name of the template.
 */
function sourceOf(name: string, template: string): string {
  const types = JSON.stringify(path.join(root, 'src/site/http/views.ts'));
  const head =
    `import type { ViewLocals } from ${types}; declare function show(value: string | number): void; ` +
    `export default function ({ ${locals} }: ViewLocals<'${name}'>): void { void [${locals}];`;
  let code = head;
  let end = 0;
  for (const { 0: whole, 1: kind = '', 2: inside = '', index } of template.matchAll(tag)) {
    code += lineBreaksOf(template.slice(end, index));
    if (kind === '') code += inside;
    else code += kind === '#' ? lineBreaksOf(inside) : `show(${inside});`;
    end = index + whole.length;
  }
  return `${code}${lineBreaksOf(template.slice(end))}}\n`;
}

const lineBreaksOf = (text: string): string => text.replace(/[^\n]/g, '');

/** Returns the source of a file that lists all templates, so that a model without a template is a compile error too. */
function namesOf(names: Iterable<string>): string {
  const types = JSON.stringify(path.join(root, 'src/site/http/view-models.ts'));
  const entries = [...names].map((name) => `'${name}': true`);
  return `import type { ViewName } from ${types}; export const templates: Record<ViewName, true> = { ${entries.join(', ')} };`;
}

/** @returns the source of every template, by name */
function readTemplates(): Map<string, string> {
  const files = globSync('**/*.ejs', { cwd: folder }).sort();
  return new Map(
    files.map((file) => [
      file.slice(0, -'.ejs'.length).replaceAll(path.sep, '/'),
      readFileSync(path.join(folder, file), 'utf8'),
    ]),
  );
}

function compilerOptions(): ts.CompilerOptions {
  const file = path.join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name)) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, root).options;
}

/** Creates a compiler host that provides the generated sources in addition to the files on disk. */
function hostWith(sources: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.fileExists = (file) => sources.has(file) || exists(file);
  host.getSourceFile = (file, language) => {
    const text = sources.get(file);
    return text === undefined ? read(file, language) : ts.createSourceFile(file, text, language);
  };
  return host;
}

function describeDiagnostic({ file, start = 0, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined) return text;
  const line = file.getLineAndCharacterOfPosition(start).line + 1;
  return `${path.relative(root, file.fileName).replace(/\.ts$/, '')}:${line} ${text}`;
}

/**
 * Compiles every template against its model with the compiler options of the project.
 * @param changed the sources of changed templates by name, which replace the files on disk
 * @returns the errors, each with its template and line
 */
export function checkViews(changed: Readonly<Record<string, string>> = {}): string[] {
  const templates = new Map([...readTemplates(), ...Object.entries(changed)]);
  const sources = new Map(
    [...templates].map(([name, text]) => [path.join(folder, `${name}.ejs.ts`), sourceOf(name, text)]),
  );
  sources.set(path.join(folder, 'names.ts'), namesOf(templates.keys()));
  const options = { ...compilerOptions(), noEmit: true };
  const models = globSync('src/site/**/*.views.ts', { cwd: root }).map((file) => path.join(root, file));
  const program = ts.createProgram([...sources.keys(), ...models], options, hostWith(sources, options));
  return [...sources.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      describeDiagnostic,
    );
  });
}

if (import.meta.main) {
  const faults = checkViews();
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
