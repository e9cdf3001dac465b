/**
 * Builds `dist/`, the JavaScript of the package: the app, the command line, each file that is loaded by its path
 * (workers, preloads, migrations), and the chunks that they share. Dependencies are not bundled but imported from
 * `node_modules`. With one file per module, startup would take over 50% longer.
 */
import { glob, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'rolldown';
import { codeRoot } from '../src/platform/package-root.ts';

const folder = path.join(codeRoot, 'dist');
const startedByPath = ['src/app.ts', 'src/cli/cli.ts', '{src,tools}/**/*.{worker,preload}.ts', 'migrations/*.ts'];

const entries = await Array.fromAsync(glob(startedByPath, { cwd: codeRoot }));

await rm(folder, { recursive: true, force: true });
await build({
  cwd: codeRoot,
  platform: 'node',
  input: Object.fromEntries(entries.map((file) => [file.replace(/\.ts$/, ''), file])),
  external: (specifier) => !/^[./]/.test(specifier),
  output: {
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    comments: false,
    // Names are kept for stack traces. Indentation would exceed the package's size limit.
    minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
    sourcemap: true,
    sourcemapExcludeSources: true,
  },
});
