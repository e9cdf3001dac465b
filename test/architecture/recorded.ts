import { withoutComments } from '../support/comments.ts';
import type { Source } from './sources.ts';

/** A query of the table of the activity log, by Knex or by hand. */
const query = /\b(?:knex(?:<\w+>)?|from|into|table|join|leftJoin)\(\s*['"`]activity(?: as \w+)?['"`]/i;
const byHand = /\b(?:from|into|update|join|table)\s+["`]?activity\b/i;

/** Files that ask the table of the activity log something themselves, and are none of those that may. */
export function askers(sources: readonly Source[], allowed: readonly string[]): string[] {
  return sources
    .filter(
      ({ path, text }) => !allowed.includes(path) && [query, byHand].some((sign) => sign.test(withoutComments(text))),
    )
    .map(({ path }) => path);
}

const changing = /\.(?:update|del|delete|truncate|increment|decrement|onConflict|merge)\(/;
const changingByHand = /\b(?:update|delete\s+from|truncate(?:\s+table)?|replace\s+into)\s+["`]?activity\b[^;]*/gi;

/**
 * Statements that would change or take away what was recorded.
 * @param excused what a statement must hold to be left alone
 */
export function unrecordings(sources: readonly Source[], excused: readonly RegExp[]): string[] {
  return sources.flatMap(({ path, text: written }) => {
    const text = withoutComments(written);
    const statements = text.split(';').flatMap((part) => {
      const start = part.search(query);
      return start >= 0 && changing.test(part.slice(start)) ? [part.slice(start)] : [];
    });
    return [...statements, ...(text.match(changingByHand) ?? [])]
      .filter((statement) => !excused.some((sign) => sign.test(statement)))
      .map((statement) => `${path} ${statement.replace(/\s+/g, ' ').trim()}`);
  });
}
