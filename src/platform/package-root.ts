import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The folder of Parvis' package.json. Views, locales, rules and built assets are read from there, whether this file runs as
 * TypeScript in the checkout or as JavaScript from the `dist` folder of an installed package.
 */
export const packageRoot = nearestPackage(import.meta.dirname);

const isCompiled = path.extname(import.meta.filename) === '.js';

/** The folder that holds `src`, `tools` and `migrations` in the form that is running. */
export const codeRoot = isCompiled ? path.join(packageRoot, 'dist') : packageRoot;

/** The file name extension of code in `codeRoot`, for files that are loaded by name: `.ts` or `.js`. */
export const codeExtension = isCompiled ? '.js' : '.ts';

function nearestPackage(folder: string): string {
  const parent = path.dirname(folder);
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  if (parent === folder) throw new Error(`No package.json in ${import.meta.dirname} or any folder above it.`);
  return nearestPackage(parent);
}
