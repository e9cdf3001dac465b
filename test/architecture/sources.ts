import { globSync, readFileSync } from 'node:fs';

/** A file of the repository. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Reads the files that match the patterns, from the root of the repository, in sorted order. */
export function readSources(...patterns: string[]): Source[] {
  return globSync(patterns)
    .sort()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}
