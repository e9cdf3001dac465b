import { posix } from 'node:path';
import { withoutComments } from '../support/comments.ts';
import type { Source } from './sources.ts';

/** Files that have grown too long to be read in one go. */
export function tooLong(sources: readonly Source[], most: number): string[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n').length;
    return lines > most ? [`${path} has ${lines} lines; ${most} are allowed`] : [];
  });
}

/** Lines that are too long to be read, or reviewed in a diff, without scrolling sideways. */
export function tooWide(sources: readonly Source[], most: number): string[] {
  return sources.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const fault = `${path}:${index + 1} has ${line.length} characters; ${most} are allowed`;
      return line.length > most ? [fault] : [];
    }),
  );
}

/** Lines that show a habit which the house does not have; comments do not count. */
export function linesLike(sources: readonly Source[], habit: RegExp): string[] {
  return sources.flatMap(({ path, text }) =>
    withoutComments(text)
      .split('\n')
      .flatMap((line, index) => (habit.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );
}

/** Imports that leave the folder in which their file lives. */
export function importsLeaving(folder: string, sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    [...withoutComments(text).matchAll(/(?<!\.)\b(?:from|import)\s*\(?\s*(['"])(.+?)\1/g)]
      .map((match) => match[2] ?? '')
      .filter((name) => !name.startsWith('.') || !posix.join(posix.dirname(path), name).startsWith(`${folder}/`))
      .map((name) => `${path} imports ${name}`),
  );
}

/** Tests that were switched off, or that switch the others off. Only a missing service may be a reason to skip. */
export const switchedOff =
  /\b(?:test|it|describe|suite|t|context)\.(?:skip|only|todo)\(|\b(?:only|todo):(?!\s*false)|\bskip:(?!\s*(?:skipWithout\(|false|string))/;

/** The clock is passed in: what reads it by itself cannot be tested at another hour. */
export const ownClock = /\bDate\.now\(|\bnew Date\(\s*\)|(?<!new )\bDate\(\s*\)/;

/** The console is for commands; everything else has a log. */
export const console = /\bconsole\.\w+/;
