import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The folder of Parvis' package.json, which contains views, locales, rules and built assets. It is the same whether
 * this file runs as TypeScript in the checkout or as JavaScript from the `dist` folder of an installed package.
 */
export const packageRoot = nearestPackage(import.meta.dirname);

const isCompiled = path.extname(import.meta.filename) === '.js';

/** The folder with the running `src`, `tools` and `migrations`: TypeScript or compiled JavaScript. */
export const codeRoot = isCompiled ? path.join(packageRoot, 'dist') : packageRoot;

/** The extension of the code files in `codeRoot`, for files that are started by their path. */
export const codeExtension = isCompiled ? '.js' : '.ts';

function nearestPackage(folder: string): string {
  const parent = path.dirname(folder);
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  if (parent === folder) throw new Error(`No package.json in ${import.meta.dirname} or any folder above it.`);
  return nearestPackage(parent);
}
