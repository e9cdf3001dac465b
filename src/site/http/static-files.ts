import sirv from 'sirv';
import type { Middleware } from './request.ts';

const yearSeconds = 365 * 24 * 60 * 60;

/** Serves the built files under their hashed names: they never change, so that browsers need not ask again. */
export function staticFiles(directory: string): Middleware {
  return sirv(directory, { immutable: true, maxAge: yearSeconds, brotli: true, gzip: true, etag: true }) as Middleware;
}
