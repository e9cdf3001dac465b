import { posix } from 'node:path';
import { withoutComments } from '../support/comments.ts';
import type { Source } from './sources.ts';

/** @returns the files with more lines than allowed */
export function tooLong(sources: readonly Source[], most: number): string[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n').length;
    return lines > most ? [`${path} has ${lines} lines; ${most} are allowed`] : [];
  });
}

/** @returns the lines with more characters than allowed */
export function tooWide(sources: readonly Source[], most: number): string[] {
  return sources.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const fault = `${path}:${index + 1} has ${line.length} characters; ${most} are allowed`;
      return line.length > most ? [fault] : [];
    }),
  );
}

/** @returns the lines that match a forbidden pattern, ignoring comments */
export function linesMatching(sources: readonly Source[], pattern: RegExp): string[] {
  return sources.flatMap(({ path, text }) =>
    withoutComments(text)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );
}

/** @returns the lines that a merge left in place of a conflict, in comments too */
export function conflictMarkers(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (/^(?:<{7}|>{7}) /.test(line) ? [`${path}:${index + 1} ${line}`] : [])),
  );
}

/** @returns the imports from outside the folder of the importing file */
export function importsLeaving(folder: string, sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    [...withoutComments(text).matchAll(/(?<!\.)\b(?:from|import)\s*\(?\s*(['"])(.+?)\1/g)]
      .map((match) => match[2] ?? '')
      .filter((name) => !name.startsWith('.') || !posix.join(posix.dirname(path), name).startsWith(`${folder}/`))
      .map((name) => `${path} imports ${name}`),
  );
}

/** Disabled tests, and tests that disable others. Only a missing service is a reason to skip. */
export const disabledTest =
  /\b(?:test|it|describe|suite|t|context)\.(?:skip|only|todo)\(|\b(?:only|todo):(?!\s*false)|\bskip:(?!\s*(?:skipWithout\(|false|string))/;

/** Calls that read the clock. Code with such a call cannot be tested at another time. */
export const clockRead = /\bDate\.now\(|\bnew Date\(\s*\)|(?<!new )\bDate\(\s*\)/;

/** Calls that write to the console. Only commands may do so; everything else uses the logger. */
export const console = /\bconsole\.\w+/;
