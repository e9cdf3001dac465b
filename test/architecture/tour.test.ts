import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';

/** A file named in the code tour, with the functions named next to it. */
interface Stop {
  readonly file: string;
  readonly functions: readonly string[];
}

const namesIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');

/** @returns the files named in a text, each with the functions in the parentheses, or after the comma, that follow */
const stopsOf = (text: string): Stop[] =>
  [...text.matchAll(/`(src\/[\w./-]+\.ts)`(?:\s*\(([^)]*)\)|,\s*(`\w+`)\))?/g)].map(
    ([, file = '', inside = '', next = '']) => ({
      file,
      functions: namesIn(inside + next),
    }),
  );

/** @returns the files and functions that do not exist */
const missing = (stops: readonly Stop[], read: (file: string) => string | null): string[] =>
  stops.flatMap(({ file, functions }) => {
    const code = read(file);
    if (code === null) return [file];
    return functions
      .filter((name) => !new RegExp(`\\b(function|const|class) ${name}\\b`).test(code))
      .map((name) => `${file}: ${name}`);
  });

describe('the code tour', () => {
  const stops = stopsOf(readFileSync('docs/development/tour.md', 'utf8'));

  test('names files and functions that exist', () => {
    assert.ok(stops.length > 15 && stops.flatMap(({ functions }) => functions).length > 15);
    assertNone(missing(stops, (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null)));
  });

  test('explains a password reset in about ten files', () => {
    const reset = readFileSync('docs/development/tour.md', 'utf8')
      .split(/^## /m)
      .find((part) => part.startsWith('A password reset'));
    const files = new Set(stopsOf(reset ?? '').map(({ file }) => file));
    assert.ok(files.size >= 8 && files.size <= 12, `${files.size} files`);
  });

  test('the check reports missing files and functions', () => {
    const text = 'First `src/a.ts` (`here`, `gone`), then `src/b.ts`.';
    const read = (file: string) => (file === 'src/a.ts' ? 'export function here() {}' : null);
    assert.deepEqual(missing(stopsOf(text), read), ['src/a.ts: gone', 'src/b.ts']);
  });
});
