import { setImmediate } from 'node:timers/promises';
import { preparedQuery, type Build, type Database, type Values } from '../../../platform/database/database.ts';
import { parseSearchQuery } from '../../../domain/people/search-keys.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { ListedUser, User } from '../../../domain/people/user.ts';
import * as queries from './users.queries.ts';
import type { Asked, Cursor, PageRequest, PageStart } from './users.queries.ts';
import { inText, toListed, toUser, userColumns, type ListedRow, type UserRow } from './users.mapping.ts';
import { findNumbers } from './users.search.store.ts';

type Found = ListedRow & { readonly number: number };

/** How far a search goes at a time. Tests set these, so that a few hundred users are searched as a million are. */
export interface Limits {
  /** How many users a query walks past; SQLite answers on the event loop, so that no query may take long. */
  readonly stepRows: number;
  /** How many users an index may name, and how many of them a query looks at. */
  readonly maxNamed: number;
  readonly namedRows: number;
}

const usual: Limits = { stepRows: 3_000, maxNamed: 10_000, namedRows: 500 };

/** @returns one row more than the page holds if there is another one, in the page's own direction */
export async function page(
  database: Database,
  scope: Scope,
  request: PageRequest,
  limits = usual,
): Promise<ListedUser[]> {
  const asked = queries.askedOf(scope, request);
  return asked === null ? [] : (await find(database, asked, limits)).map(toListed);
}

/**
 * A list is read along the index of its order. So is a search or a filter at first, since what many users fit fills a page
 * there: an index of words would gather every user of a million who has _an_ in their name. What few users fit is found by
 * an index that names them, since the walk would read the whole tenant. Where none can name them, the walk goes on.
 */
async function find(database: Database, asked: Asked, limits: Limits): Promise<ListedRow[]> {
  if (asked.level === null && asked.status === null && asked.words.length === 0) return select(database, asked);
  const near = await walk(database, asked, limits, 1);
  if (near !== null) return near;
  const numbers = await candidates(database, asked, limits.maxNamed);
  if (numbers !== null) return selectAmong(database, asked, numbers, limits.namedRows);
  return (await walk(database, asked, limits, Infinity)) ?? [];
}

/** @returns null if the page is not full after so many steps */
async function walk(database: Database, asked: Asked, limits: Limits, maxSteps: number): Promise<Found[] | null> {
  const found: Found[] = [];
  let at = asked;
  for (let steps = 0; steps < maxSteps; steps++) {
    const end = await stepEnd(database, at, limits.stepRows);
    found.push(...(await select(database, at, end)));
    if (found.length > queries.pageSize || end === undefined) return found.slice(0, queries.pageSize + 1);
    at = { ...asked, cursor: end };
    await setImmediate();
  }
  return null;
}

/** @returns the numbers of all users who may fit; null if no index can name them, or if they are too many */
async function candidates(database: Database, asked: Asked, max: number): Promise<readonly number[] | null> {
  for (const holders of queries.holdersIndexes(asked)) {
    const build: Build = (knex, $) => queries.selectHolders(knex, $, holders).limit(max + 1, inText);
    const rows = await ask<{ number: number }>(database, `holders ${holders} ${max}`, asked, build);
    if (rows.length <= max) return rows.map(({ number }) => number);
  }
  return asked.words.length === 0 ? null : findNumbers(database, String(asked.values.tenant), asked.words, max);
}

const select = (database: Database, asked: Asked, end?: Cursor): Promise<Found[]> => {
  const build: Build = (knex, $) => queries.selectPage(knex, $, asked, end !== undefined);
  return ask(database, end ? 'step' : 'page', asked, build, end && { endKey: end.key, endId: end.id });
};

async function stepEnd(database: Database, asked: Asked, rows: number): Promise<Cursor | undefined> {
  const build: Build = (knex, $) => queries.selectStepEnd(knex, $, asked, rows);
  return (await ask<Cursor>(database, `end ${rows}`, asked, build))[0];
}

async function selectAmong(
  database: Database,
  asked: Asked,
  numbers: readonly number[],
  atOnce: number,
): Promise<Found[]> {
  let first: Found[] = [];
  for (let from = 0; from < numbers.length; from += atOnce) {
    if (from > 0) await setImmediate();
    const some = [...first.map(({ number }) => number), ...numbers.slice(from, from + atOnce)];
    const build: Build = (knex, $) => queries.selectAmong(knex, $, asked);
    first = await ask(database, 'among', asked, build, { numbers: JSON.stringify(some) });
  }
  return first;
}

const ask = <Row>(database: Database, kind: string, asked: Asked, build: Build, more: Values = {}): Promise<Row[]> =>
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
      .limit(queries.pageSize + 1, inText);
    const beyond = side === 'before' ? '>' : '<';
    return side ? query.whereRaw(`(deleted_at, id) ${beyond} (?, ?)`, [$('key'), $('id')]) : query;
  });
}

const countOfDeleted = preparedQuery<{ count: number }>('users.countDeleted', (knex, $) => {
  const some = knex('users')
    .select('id')
    .where('tenant_id', $('tenant'))
    .whereRaw(isDeleted)
    .limit(maxDeletedCounted + 1, inText);
  return knex.from(some.as('some')).count({ count: '*' });
});

/** @returns one row more than the page holds, where there is a further one; the latest deleted first, backwards the earliest */
export async function pageOfDeleted(database: Database, scope: Scope, from: PageStart): Promise<User[]> {
  const rows = await deletedFrom(from?.side ?? null)(database, { tenant: scope.tenant.id, ...from?.cursor });
  return rows.map(toUser);
}

/** @returns at most `max` of the deleted users who match a search, the latest first */
export async function searchDeleted(database: Database, scope: Scope, typed: string, max: number): Promise<User[]> {
  const words = parseSearchQuery(typed);
  if (words.length === 0) return [];
  const query = database.knex('users').select(userColumns).where('tenant_id', scope.tenant.id).whereRaw(isDeleted);
  for (const word of words) query.where('search_words', 'like', `%${word}%`);
  return ((await query.orderBy('deleted_at', 'desc').limit(max)) as UserRow[]).map(toUser);
}

/** @returns how many deleted users can still be restored, a thousand for that and any more */
export async function countDeleted(database: Database, scope: Scope): Promise<number> {
  return (await countOfDeleted(database, { tenant: scope.tenant.id }))[0]?.count ?? 0;
}
