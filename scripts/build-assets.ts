/**
 * Builds `build/assets/` and `build/manifest.json` from `public/`, Tabler and Inter. Writes nothing until everything
 * has been built and measured, so a failed build leaves the previous one intact.
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
/**
 * The style sheets of `public/styles` in cascade order. A later rule overrides an earlier one of the same specificity.
 */
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

/** Builds every static file. @returns the manifest, and the gzipped size of the style sheet in bytes */
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

/** Adds a file under a name that contains a hash of its content, so that browsers may cache it indefinitely. */
function add({ manifest, files }: Output, name: string, content: string | Buffer): string {
  const bytes = Buffer.from(content);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  const extension = extname(name);
  const file = `${basename(name, extension)}.${hash}${extension}`;
  files.set(file, bytes);
  return (manifest[name] = `/assets/${file}`);
}

/** Adds the font files and returns their @font-face rules. Italics and rare subsets fall back to system fonts. */
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
  if (kept.length !== fontSubsets.size) throw new Error('The font package Inter no longer has the expected subsets.');
  return kept.join('\n');
}

/**
 * Returns the parts of Tabler that our pages use. They are in a cascade layer, so that our own rules override them
 * regardless of specificity.
 */
async function tablerStyles(): Promise<{ licence: string; rules: string }> {
  const source = await readFile(join(root, 'node_modules/@tabler/core/dist/css/tabler.min.css'), 'utf8');
  const licence = /\/\*![^]*?\*\//.exec(source)?.[0] ?? '';
  const own = await ownStyles();
  const [purged] = await new PurgeCSS().purge({
    content: [
      ...(await list('views/**/*.ejs', 'src/**/*.ts', 'public/scripts/*.js')),
      // Every class that our own style sheets extend is kept, even if no view currently uses it.
      { raw: matches(own, /\.[a-z][a-z-]*/g).join(' '), extension: 'html' },
    ],
    css: [{ raw: source }],
    variables: true,
    keyframes: true,
    fontFace: true,
    // PurgeCSS does not notice that our own style sheets use these variables of Tabler.
    safelist: { variables: matches(own, /--tblr-[a-z0-9-]+/g) },
  });
  if (!purged) throw new Error('PurgeCSS returned no result.');
  const rules = purged.css.replace(/@charset "[^"]*";/, '').replace(/\/\*[^]*?\*\//g, '');
  return { licence, rules };
}

function matches(text: string, pattern: RegExp): string[] {
  return [...new Set(text.match(pattern))];
}

/**
 * Reads our own style sheets in cascade order.
 * @throws if `styleSheets` and `public/styles` do not contain the same files
 */
async function ownStyles(): Promise<string> {
  const found = (await list('public/styles/*.css')).map((path) => basename(path, '.css'));
  const unmatched = [...new Set(found).symmetricDifference(new Set(styleSheets))];
  if (unmatched.length > 0) throw new Error(`Style sheets without an entry or a file: ${unmatched.join(', ')}`);
  const sheets = styleSheets.map((name) => readFile(join(root, 'public/styles', `${name}.css`), 'utf8'));
  return (await Promise.all(sheets)).join('\n');
}

/**
 * Minifies without rewriting for older browsers, so `targets` is not set. Logical properties are kept, so that
 * right-to-left pages need no separate rules.
 */
function minify(css: string): string {
  return transform({ filename: 'parvis.css', code: Buffer.from(css), minify: true }).code.toString();
}

/**
 * Builds the sprite of all icons. The color and the width of their lines come from the page, because `currentColor` and
 * inherited properties apply through `<use>`.
 */
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
  // The manifest is replaced atomically. A test or server that starts during the build reads either the old or the new
  // one.
  const manifestFile = join(root, 'build/manifest.json');
  await writeFile(`${manifestFile}.new`, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(`${manifestFile}.new`, manifestFile);
  // Only outdated files are deleted, so that a running server keeps the files that have not changed.
  const stale = [...existing].filter((file) => !files.has(file.replace(/\.(br|gz)$/, '')));
  await Promise.all(stale.map((file) => rm(join(folder, file), { force: true })));
}

/**
 * Writes the compressed variants before the plain file. If the plain file exists, so do its variants, even after an
 * interrupted build.
 */
async function writeCompressed(path: string, bytes: Buffer): Promise<void> {
  // WOFF2 files are already compressed.
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
      `Built ${Object.keys(manifest).length} static files; parvis.css is ${styleSize} of ${styleBudget} bytes gzipped.`,
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
