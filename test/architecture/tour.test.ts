import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';

/** A file of the tour, with the functions that the tour names for it. */
interface Stop {
  readonly file: string;
  readonly functions: readonly string[];
}

const namesIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');

/** @returns the files that a text names, each with the functions in the parentheses behind it, or behind its comma */
const stopsOf = (text: string): Stop[] =>
  [...text.matchAll(/`(src\/[\w./-]+\.ts)`(?:\s*\(([^)]*)\)|,\s*(`\w+`)\))?/g)].map(
    ([, file = '', inside = '', next = '']) => ({
      file,
      functions: namesIn(inside + next),
    }),
  );

/** @returns what is named and not there */
const missing = (stops: readonly Stop[], read: (file: string) => string | null): string[] =>
  stops.flatMap(({ file, functions }) => {
    const code = read(file);
    if (code === null) return [file];
    return functions
      .filter((name) => !new RegExp(`\\b(function|const|class) ${name}\\b`).test(code))
      .map((name) => `${file}: ${name}`);
  });

describe('the tour of the code', () => {
  const stops = stopsOf(readFileSync('docs/development/tour.md', 'utf8'));

  test('names files and functions that exist', () => {
    assert.ok(stops.length > 15 && stops.flatMap(({ functions }) => functions).length > 15);
    assertNone(missing(stops, (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null)));
  });

  test('explains a reset in about ten files', () => {
    const reset = readFileSync('docs/development/tour.md', 'utf8')
      .split(/^## /m)
      .find((part) => part.startsWith('A password reset'));
    const files = new Set(stopsOf(reset ?? '').map(({ file }) => file));
    assert.ok(files.size >= 8 && files.size <= 12, `${files.size} files`);
  });

  test('would be found out of date', () => {
    const text = 'First `src/a.ts` (`here`, `gone`), then `src/b.ts`.';
    const read = (file: string) => (file === 'src/a.ts' ? 'export function here() {}' : null);
    assert.deepEqual(missing(stopsOf(text), read), ['src/a.ts: gone', 'src/b.ts']);
  });
});
