import { setImmediate } from 'node:timers/promises';
import { preparedQuery, type Build, type Database, type Values } from '../../../platform/database/database.ts';
import { parseSearchQuery } from '../../../domain/people/search-keys.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { ListedUser, User } from '../../../domain/people/user.ts';
import * as queries from './users.queries.ts';
import type { PageQuery, Cursor, PageRequest, PageStart } from './users.queries.ts';
import { asLiteral, toListed, toUser, userColumns, type ListedRow, type UserRow } from './users.mapping.ts';
import { findNumbers } from './users.search.store.ts';

type FoundRow = ListedRow & { readonly number: number };

/** The limits of a search. Tests lower the limits, so that a few hundred users exercise the code for a million. */
export interface Limits {
  /** The maximum number of rows that one query scans, because a SQLite query blocks the event loop. */
  readonly rowsPerStep: number;
  /** The maximum number of candidates from an index. If there are more, the list is scanned instead. */
  readonly maxCandidates: number;
  /** The maximum number of candidates that one query reads. */
  readonly candidatesPerQuery: number;
}

const defaultLimits: Limits = { rowsPerStep: 3_000, maxCandidates: 10_000, candidatesPerQuery: 500 };

/** @returns the rows of a page, in paging direction, plus one extra row if there are more */
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
 * Reads a list by scanning the index for its sort order. A search or filter starts with the same scan, because it fills
 * the page quickly if many users match. In that case, the search index would be slower, because it first collects all
 * matches, such as every name that contains _an_ among a million users. If the first step does not fill the page, few
 * users match, and the scan would read the whole tenant, so the candidates are read from an index instead. If no index
 * is suitable, or if it returns too many candidates, the scan starts again without a limit.
 */
async function find(database: Database, asked: PageQuery, limits: Limits): Promise<ListedRow[]> {
  if (asked.level === null && asked.status === null && asked.words.length === 0) return select(database, asked);
  const firstStep = await walk(database, asked, limits, 1);
  if (firstStep !== null) return firstStep;
  const numbers = await findCandidates(database, asked, limits.maxCandidates);
  if (numbers !== null) return pageFromCandidates(database, asked, numbers, limits.candidatesPerQuery);
  return (await walk(database, asked, limits, Infinity)) ?? [];
}

/**
 * Reads a page in steps of `rowsPerStep` users.
 * @returns the rows; null if the page is not full after `maxSteps`
 */
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

/** @returns the user numbers of all possible matches; null if there is no suitable index or there are too many */
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

/** Deleted users are counted up to this number plus one, because a page shows a larger number only as “more”. */
export const maxDeletedCounted = 999;

// A literal instead of a binding, so that the planner can use the partial index on deleted users.
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
    const operator = side === 'before' ? '>' : '<';
    return side ? query.whereRaw(`(deleted_at, id) ${operator} (?, ?)`, [$('key'), $('id')]) : query;
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

/**
 * @returns one page of deleted users plus one extra row if there are more, in descending order of the time of deletion;
 * in ascending order when paging backward
 */
export async function pageOfDeleted(database: Database, scope: Scope, from: PageStart): Promise<User[]> {
  const rows = await deletedFrom(from?.side ?? null)(database, { tenant: scope.tenant.id, ...from?.cursor });
  return rows.map(toUser);
}

/** @returns up to `max` deleted users who match a search, newest deletion first */
export async function searchDeleted(database: Database, scope: Scope, typed: string, max: number): Promise<User[]> {
  const words = parseSearchQuery(typed);
  if (words.length === 0) return [];
  const query = database.knex('users').select(userColumns).where('tenant_id', scope.tenant.id).whereRaw(isDeleted);
  for (const word of words) query.where('search_words', 'like', `%${word}%`);
  return ((await query.orderBy('deleted_at', 'desc').limit(max)) as UserRow[]).map(toUser);
}

/** @returns the number of deleted users who have not been erased, counted up to `maxDeletedCounted + 1` */
export async function countDeleted(database: Database, scope: Scope): Promise<number> {
  return (await countOfDeleted(database, { tenant: scope.tenant.id }))[0]?.count ?? 0;
}
