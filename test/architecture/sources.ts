import { globSync, readFileSync } from 'node:fs';

/** A file of the repository as a check sees it. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Reads the files that fit the patterns, from the root of the repository, in a fixed order. */
export function read(...patterns: string[]): Source[] {
  return globSync(patterns)
    .sort()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}
