import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../platform/package-root.ts';
import sirv from 'sirv';
import type { Middleware } from './request.ts';

const buildDirectory = path.join(packageRoot, 'build');

/** The built static files and their URLs. */
export interface Assets {
  /** Returns the URL of a built file by its source name, for example `url('parvis.css')`. */
  url(name: string): string;
  /** The folder whose files are served under `/assets/`. */
  directory: string;
}

/**
 * Reads the asset manifest once, so that rendering a page needs no disk access.
 * @throws if the assets have not been built; `url` throws if an asset does not exist
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

/** Serves the built files. Their names contain a content hash, so browsers may cache them indefinitely. */
export function staticFiles(directory: string): Middleware {
  return sirv(directory, { immutable: true, maxAge: yearSeconds, brotli: true, gzip: true, etag: true }) as Middleware;
}
