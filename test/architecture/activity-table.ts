import { withoutComments } from '../support/comments.ts';
import type { Source } from './sources.ts';

/** Matches a query of the activity table, with Knex or in SQL. */
const query = /\b(?:knex(?:<\w+>)?|from|into|table|join|leftJoin)\(\s*['"`]activity(?: as \w+)?['"`]/i;
const byHand = /\b(?:from|into|update|join|table)\s+["`]?activity\b/i;

/** Finds files that query the activity table without being allowed to. */
export function filesQueryingActivity(sources: readonly Source[], allowed: readonly string[]): string[] {
  return sources
    .filter(
      ({ path, text }) => !allowed.includes(path) && [query, byHand].some((sign) => sign.test(withoutComments(text))),
    )
    .map(({ path }) => path);
}

const changing = /\.(?:update|del|delete|truncate|increment|decrement|onConflict|merge)\(/;
const changingByHand = /\b(?:update|delete\s+from|truncate(?:\s+table)?|replace\s+into)\s+["`]?activity\b[^;]*/gi;

/**
 * Finds statements that change or delete entries of the activity log.
 * @param excused patterns of statements that are allowed
 */
export function statementsChangingActivity(sources: readonly Source[], excused: readonly RegExp[]): string[] {
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
