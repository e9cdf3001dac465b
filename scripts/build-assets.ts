/**
 * Makes `build/assets/` and `build/manifest.json` from `public/`, Tabler and Inter.
 * Nothing is written before everything is made and measured: a build that fails leaves the last good one in place.
 */
import { createHash } from 'node:crypto';
import { glob, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip, gzipSync } from 'node:zlib';
import { transform } from 'lightningcss';
import { PurgeCSS } from 'purgecss';

const root = fileURLToPath(new URL('..', import.meta.url));
const styleBudget = 25_600;
/** The style sheets of `public/styles` in cascade order: a later rule overrides an earlier one of the same specificity. */
const styleSheets = [
  ...(['tokens', 'tabler', 'base'] as const),
  ...(['layout', 'navigation', 'tools', 'support-banner', 'minimal-layout'] as const),
  ...(['page', 'cards', 'messages', 'forms', 'lists', 'rows'] as const),
  ...(['imports', 'selection', 'timeline', 'rules', 'second-factor', 'reveal'] as const),
  'print',
];
const fontSubsets = new Set(['latin', 'latin-ext', 'cyrillic', 'greek', 'vietnamese']);

interface Output {
  manifest: Record<string, string>;
  files: Map<string, Buffer>;
}

/** Builds every static file; returns the manifest and the size of the style sheet as it travels, in bytes. */
export async function buildAssets(): Promise<{ manifest: Record<string, string>; styleSize: number }> {
  const output: Output = { manifest: {}, files: new Map() };
  const fontFaces = await addFonts(output);
  const { licence, rules } = await tablerStyles();
  const styles = `${licence}\n${minify(`${fontFaces}\n@layer tabler{${rules}}\n${await ownStyles()}`)}\n`;
  const styleSize = gzipSync(styles, { level: 9 }).length;
  if (styleSize > styleBudget) {
    throw new Error(`parvis.css is ${styleSize} bytes gzipped; the budget is ${styleBudget}.`);
  }
  add(output, 'parvis.css', styles);
  add(output, 'icons.svg', await iconSprite());
  for (const path of await list('public/*.svg', 'public/scripts/*.js')) {
    add(output, basename(path), await readFile(path));
  }
  await write(output);
  return { manifest: output.manifest, styleSize };
}

/** The name carries a hash of the content, so that a browser may keep the file for ever. */
function add({ manifest, files }: Output, name: string, content: string | Buffer): string {
  const bytes = Buffer.from(content);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  const extension = extname(name);
  const file = `${basename(name, extension)}.${hash}${extension}`;
  files.set(file, bytes);
  return (manifest[name] = `/assets/${file}`);
}

/** Adds the fonts and returns their rules; the italic and the rare subsets are left to the system's fonts. */
async function addFonts(output: Output): Promise<string> {
  const folder = join(root, 'node_modules/@fontsource-variable/inter');
  const rules = await readFile(join(folder, 'wght.css'), 'utf8');
  const kept: string[] = [];
  for (const [rule, file, subset] of rules.matchAll(
    /@font-face \{[^}]*?\.\/(files\/inter-([a-z-]+)-wght-normal\.woff2)[^}]*\}/g,
  )) {
    if (!file || !subset || !fontSubsets.has(subset)) continue;
    const address = add(output, `inter-${subset}.woff2`, await readFile(join(folder, file)));
    kept.push(rule.replace(`./${file}`, address));
  }
  if (kept.length !== fontSubsets.size) throw new Error('Inter no longer names its subsets as expected.');
  return kept.join('\n');
}

/** What our pages use of Tabler, in a layer: our own rules then win by order, never by weight. */
async function tablerStyles(): Promise<{ licence: string; rules: string }> {
  const source = await readFile(join(root, 'node_modules/@tabler/core/dist/css/tabler.min.css'), 'utf8');
  const licence = /\/\*![^]*?\*\//.exec(source)?.[0] ?? '';
  const own = await ownStyles();
  const [purged] = await new PurgeCSS().purge({
    content: [
      ...(await list('views/**/*.ejs', 'src/**/*.ts', 'public/scripts/*.js')),
      // A class that our own sheets change is part of our vocabulary, whether or not a view says it today.
      { raw: matches(own, /\.[a-z][a-z-]*/g).join(' '), extension: 'html' },
    ],
    css: [{ raw: source }],
    variables: true,
    keyframes: true,
    fontFace: true,
    // Our own rules read these variables of Tabler too, and PurgeCSS does not see them.
    safelist: { variables: matches(own, /--tblr-[a-z0-9-]+/g) },
  });
  if (!purged) throw new Error('PurgeCSS gave nothing back.');
  const rules = purged.css.replace(/@charset "[^"]*";/, '').replace(/\/\*[^]*?\*\//g, '');
  return { licence, rules };
}

function matches(text: string, pattern: RegExp): string[] {
  return [...new Set(text.match(pattern))];
}

/** @throws if a style sheet is missing in `styleSheets` or in `public/styles` */
async function ownStyles(): Promise<string> {
  const found = (await list('public/styles/*.css')).map((path) => basename(path, '.css'));
  const unmatched = [...new Set(found).symmetricDifference(new Set(styleSheets))];
  if (unmatched.length > 0) throw new Error(`Style sheets without an entry or a file: ${unmatched.join(', ')}`);
  const sheets = styleSheets.map((name) => readFile(join(root, 'public/styles', `${name}.css`), 'utf8'));
  return (await Promise.all(sheets)).join('\n');
}

/**
 * Removes what browsers do not need. Without `targets` nothing is rewritten for older browsers: logical properties stay as
 * they are written, so that a right-to-left page needs no rules of its own.
 */
function minify(css: string): string {
  return transform({ filename: 'parvis.css', code: Buffer.from(css), minify: true }).code.toString();
}

/** Colour and width of the lines are left to the page, which `currentColor` and inheritance reach through `<use>`. */
async function iconSprite(): Promise<string> {
  const symbols = (await list('public/icons/*.svg')).map(async (path) => {
    const shapes = (await readFile(path, 'utf8')).replace(/^[^]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '');
    const drawn = shapes
      .replace(/<path stroke="none"[^>]*\/>/, '')
      .replace(/\s+/g, ' ')
      .trim();
    return `<symbol id="${basename(path, '.svg')}" viewBox="0 0 24 24">${drawn}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${(await Promise.all(symbols)).join('\n')}</svg>\n`;
}

async function write({ manifest, files }: Output): Promise<void> {
  const folder = join(root, 'build/assets');
  await mkdir(folder, { recursive: true });
  const existing = new Set(await readdir(folder));
  const missing = [...files].filter(([file]) => !existing.has(file));
  await Promise.all(missing.map(([file, bytes]) => writeCompressed(join(folder, file), bytes)));
  // Replaced in one step: a test or a server that starts meanwhile reads the old manifest or the new one.
  const manifestFile = join(root, 'build/manifest.json');
  await writeFile(`${manifestFile}.new`, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(`${manifestFile}.new`, manifestFile);
  // Old files go last, and only they: a server that runs meanwhile keeps what has not changed.
  const stale = [...existing].filter((file) => !files.has(file.replace(/\.(br|gz)$/, '')));
  await Promise.all(stale.map((file) => rm(join(folder, file), { force: true })));
}

/** The plain file comes last, so that where it stands the others stand too, even after a build that was stopped. */
async function writeCompressed(path: string, bytes: Buffer): Promise<void> {
  // A woff2 file is compressed within; another layer would only cost time.
  if (!path.endsWith('.woff2')) {
    await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes));
    await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
  }
  await writeFile(path, bytes);
}

async function list(...patterns: string[]): Promise<string[]> {
  const paths = await Array.fromAsync(glob(patterns, { cwd: root }));
  return paths.sort().map((path) => join(root, path));
}

if (import.meta.main) {
  try {
    const { manifest, styleSize } = await buildAssets();
    console.log(
      `${Object.keys(manifest).length} static files; parvis.css is ${styleSize} of ${styleBudget} bytes gzipped.`,
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
