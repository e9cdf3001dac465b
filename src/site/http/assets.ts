import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../platform/package-root.ts';
import sirv from 'sirv';
import type { Middleware } from './request.ts';

const buildDirectory = path.join(packageRoot, 'build');

/** Where the static files are, and how to name them in a page. */
export interface Assets {
  /** The address of a built file, by the name it has in the sources: `url('parvis.css')`. */
  url(name: string): string;
  /** The folder that is served under `/assets/`. */
  directory: string;
}

/**
 * Reads the manifest of the built files once, so that a page costs no disk access.
 * @throws when the files were not built, or when a page asks for one that does not exist.
 */
export function loadAssets(): Assets {
  const manifest = new Map(Object.entries(readManifest()));
  return {
    url(name) {
      const address = manifest.get(name);
      if (address === undefined) throw new Error(`There is no asset named "${name}": run \`npm run build\`.`);
      return address;
    },
    directory: path.join(buildDirectory, 'assets'),
  };
}

function readManifest(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(path.join(buildDirectory, 'manifest.json'), 'utf8')) as Record<string, string>;
  } catch (cause) {
    throw new Error('The static files are not built yet: run `npm run build`.', { cause });
  }
}

const yearSeconds = 365 * 24 * 60 * 60;

/** Serves the built files under their hashed names: they never change, so that browsers need not ask again. */
export function staticFiles(directory: string): Middleware {
  return sirv(directory, { immutable: true, maxAge: yearSeconds, brotli: true, gzip: true, etag: true }) as Middleware;
}
