import { setImmediate } from 'node:timers/promises';
import { preparedQuery, type Build, type Database, type Values } from '../../../platform/database/database.ts';
import { wordsOfSearch } from '../../../domain/people/search-keys.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { ListedUser, User } from '../../../domain/people/user.ts';
import * as queries from './users.queries.ts';
import type { PageQuery, Cursor, PageRequest, PageStart } from './users.queries.ts';
import { asLiteral, toListed, toUser, userColumns, type ListedRow, type UserRow } from './users.mapping.ts';
import { findNumbers } from './users.search.store.ts';

type FoundRow = ListedRow & { readonly number: number };

/** How far a search goes at a time. Tests set these, so that a few hundred users are searched as a million are. */
export interface Limits {
  /** How many users a query walks past; SQLite answers on the event loop, so that no query may take long. */
  readonly rowsPerStep: number;
  /** How many users an index may name, and how many of them a query looks at. */
  readonly maxCandidates: number;
  readonly candidatesPerQuery: number;
}

const defaultLimits: Limits = { rowsPerStep: 3_000, maxCandidates: 10_000, candidatesPerQuery: 500 };

/** @returns one row more than the page holds if there is another one, in the page's own direction */
export async function page(
  database: Database,
  scope: Scope,
  request: PageRequest,
  limits = defaultLimits,
): Promise<ListedUser[]> {
  const asked = queries.toPageQuery(scope, request);
  return asked === null ? [] : (await find(database, asked, limits)).map(toListed);
}

/**
 * A list is read along the index of its order. So is a search or a filter at first, since what many users fit fills a page
 * there: an index of words would gather every user of a million who has _an_ in their name. What few users fit is found by
 * an index that names them, since the walk would read the whole tenant. Where none can name them, the walk goes on.
 */
async function find(database: Database, asked: PageQuery, limits: Limits): Promise<ListedRow[]> {
  if (asked.level === null && asked.status === null && asked.words.length === 0) return select(database, asked);
  const near = await walk(database, asked, limits, 1);
  if (near !== null) return near;
  const numbers = await findCandidates(database, asked, limits.maxCandidates);
  if (numbers !== null) return pageFromCandidates(database, asked, numbers, limits.candidatesPerQuery);
  return (await walk(database, asked, limits, Infinity)) ?? [];
}

/** @returns null if the page is not full after so many steps */
async function walk(
  database: Database,
  asked: PageQuery,
  limits: Limits,
  maxSteps: number,
): Promise<FoundRow[] | null> {
  const found: FoundRow[] = [];
  let at = asked;
  for (let steps = 0; steps < maxSteps; steps++) {
    const end = await findStepEnd(database, at, limits.rowsPerStep);
    found.push(...(await select(database, at, end)));
    if (found.length > queries.pageSize || end === undefined) return found.slice(0, queries.pageSize + 1);
    at = { ...asked, cursor: end };
    await setImmediate();
  }
  return null;
}

/** @returns the numbers of all users who may fit; null if no index can name them, or if they are too many */
async function findCandidates(database: Database, asked: PageQuery, max: number): Promise<readonly number[] | null> {
  for (const holders of queries.partialIndexesFor(asked)) {
    const build: Build = (knex, $) => queries.selectFromPartialIndex(knex, $, holders).limit(max + 1, asLiteral);
    const rows = await runQuery<{ number: number }>(database, `holders ${holders} ${max}`, asked, build);
    if (rows.length <= max) return rows.map(({ number }) => number);
  }
  return asked.words.length === 0 ? null : findNumbers(database, String(asked.values.tenant), asked.words, max);
}

const select = (database: Database, asked: PageQuery, end?: Cursor): Promise<FoundRow[]> => {
  const build: Build = (knex, $) => queries.selectPage(knex, $, asked, end !== undefined);
  return runQuery(database, end ? 'step' : 'page', asked, build, end && { endKey: end.key, endId: end.id });
};

async function findStepEnd(database: Database, asked: PageQuery, rows: number): Promise<Cursor | undefined> {
  const build: Build = (knex, $) => queries.selectStepEnd(knex, $, asked, rows);
  return (await runQuery<Cursor>(database, `end ${rows}`, asked, build))[0];
}

async function pageFromCandidates(
  database: Database,
  asked: PageQuery,
  numbers: readonly number[],
  atOnce: number,
): Promise<FoundRow[]> {
  let first: FoundRow[] = [];
  for (let from = 0; from < numbers.length; from += atOnce) {
    if (from > 0) await setImmediate();
    const some = [...first.map(({ number }) => number), ...numbers.slice(from, from + atOnce)];
    const build: Build = (knex, $) => queries.selectFromCandidates(knex, $, asked);
    first = await runQuery(database, 'among', asked, build, { numbers: JSON.stringify(some) });
  }
  return first;
}

const runQuery = <Row>(
  database: Database,
  kind: string,
  asked: PageQuery,
  build: Build,
  more: Values = {},
): Promise<Row[]> =>
  database.prepare<Row>(`users.${kind} ${queries.shapeOf(asked)}`, build)({ ...queries.valuesOf(asked), ...more });

/** Deleted users are counted up to here and one further: that there are more is all that a page says. */
export const maxDeletedCounted = 999;

// Spelt out, not bound: only then does their own index fit.
const isDeleted = "state = 'deleted'";

function deletedFrom(side: 'after' | 'before' | null) {
  return preparedQuery<UserRow>(`users.deleted ${side}`, (knex, $) => {
    const direction = side === 'before' ? 'asc' : 'desc';
    const query = knex('users')
      .select(userColumns)
      .where('tenant_id', $('tenant'))
      .whereRaw(isDeleted)
      .orderBy([
        { column: 'deleted_at', order: direction },
        { column: 'id', order: direction },
      ])
      .limit(queries.pageSize + 1, asLiteral);
    const beyond = side === 'before' ? '>' : '<';
    return side ? query.whereRaw(`(deleted_at, id) ${beyond} (?, ?)`, [$('key'), $('id')]) : query;
  });
}

const countOfDeleted = preparedQuery<{ count: number }>('users.countDeleted', (knex, $) => {
  const some = knex('users')
    .select('id')
    .where('tenant_id', $('tenant'))
    .whereRaw(isDeleted)
    .limit(maxDeletedCounted + 1, asLiteral);
  return knex.from(some.as('some')).count({ count: '*' });
});

/** @returns one row more than the page holds, where there is a further one; the latest deleted first, backwards the earliest */
export async function pageOfDeleted(database: Database, scope: Scope, from: PageStart): Promise<User[]> {
  const rows = await deletedFrom(from?.side ?? null)(database, { tenant: scope.tenant.id, ...from?.cursor });
  return rows.map(toUser);
}

/** @returns at most `max` of the deleted users who match a search, the latest first */
export async function searchDeleted(database: Database, scope: Scope, typed: string, max: number): Promise<User[]> {
  const words = wordsOfSearch(typed);
  if (words.length === 0) return [];
  const query = database.knex('users').select(userColumns).where('tenant_id', scope.tenant.id).whereRaw(isDeleted);
  for (const word of words) query.where('search_words', 'like', `%${word}%`);
  return ((await query.orderBy('deleted_at', 'desc').limit(max)) as UserRow[]).map(toUser);
}

/** @returns how many deleted users can still be restored, a thousand for that and any more */
export async function countDeleted(database: Database, scope: Scope): Promise<number> {
  return (await countOfDeleted(database, { tenant: scope.tenant.id }))[0]?.count ?? 0;
}
