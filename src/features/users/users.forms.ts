import { z } from 'zod';
import { carriedNumber, line } from '../../web/forms.ts';
import { levelFilters, sortKeys, statusFilters } from './users.page.ts';

const longestSearch = 100;
// A place holds the key that a name sorts by: eighteen letters for one, at the worst, in a text of four for three bytes.
const longestPlace = 12_000;
const place = line(longestPlace)
  .transform((text) => (text === '' ? null : text))
  .catch(null);

/** What the list's address may carry. Anything else in it is left out of the question, not answered with an error. */
export const listQuery = z.object({
  q: line(longestSearch).catch(''),
  level: z.enum(levelFilters).nullable().catch(null),
  status: z.enum(statusFilters).nullable().catch(null),
  sort: z.enum([...sortKeys, ...sortKeys.map((key) => `-${key}` as const)]).catch('name'),
  after: place,
  before: place,
});

export type ListQuery = z.infer<typeof listQuery>;

/** The user's epoch when the form was made: a form that is sent a second time finds another one. */
export const resetForm = z.object({ epoch: carriedNumber });
