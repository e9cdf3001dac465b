import type { Knex } from 'knex';
import type { Build, Values } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import { wordsOfSearch } from '../../../domain/people/search-keys.ts';
import { pageSize, type Cursor, type PageRequest } from './list-query.ts';
import { inText, listedColumns, notDeleted } from './users.mapping.ts';

type $ = Parameters<Build>[1];

const columns = { name: 'name_key', username: 'username', lastSignIn: 'last_sign_in_at' } as const;
// Unused places hold what every text has within it: the texts of the queries stay few.
const wordPlaces = [0, 1, 2, 4, 8] as const;

/** A page as the database is asked for it: what shapes the text of a query, and the values that differ. */
export interface Asked {
  readonly column: (typeof columns)[keyof typeof columns];
  readonly ascending: boolean;
  readonly cursor: Cursor | null;
  readonly level: 'administrator_level' | 'agent_level' | null;
  readonly status: 'blocked' | 'password' | 'expired' | null;
  readonly words: readonly string[];
  readonly values: Values;
}

const looksAt = { active: 'password', passwordChange: 'password', expired: 'expired', blocked: 'blocked' } as const;
const passwordOf = { active: 'own', passwordChange: 'temporary', expired: 'temporary', blocked: null } as const;

/** @returns null where nobody can fit: the search holds no letter and no digit */
export function askedOf(scope: Scope, request: PageRequest): Asked | null {
  const { search, level, status, sort, descending, from } = request;
  const words = search === null ? [] : wordsOfSearch(search);
  if (search !== null && words.length === 0) return null;
  return {
    column: columns[sort],
    ascending: descending === (from?.side === 'before'),
    cursor: from?.cursor ?? null,
    level: level && (level.endsWith('Agent') ? 'agent_level' : 'administrator_level'),
    status: status && looksAt[status],
    words,
    values: {
      tenant: scope.tenant.id,
      level: level?.replace(/Agent$/, '') ?? null,
      password: status && passwordOf[status],
      now: request.now ?? 0,
    },
  };
}

/** @returns whether every user who is not deleted fits */
export const isEverybody = ({ level, status, words }: Asked): boolean =>
  level === null && status === null && words.length === 0;

const placesFor = ({ words }: Asked): number => wordPlaces.find((places) => places >= words.length) ?? 0;

/** @returns what the requests of one query text share, for the name of the prepared query */
export const shapeOf = (asked: Asked): string =>
  [asked.column, asked.ascending, asked.cursor !== null, asked.level, asked.status, placesFor(asked)].join(' ');

export function valuesOf(asked: Asked): Values {
  const { cursor, words, values } = asked;
  const wordOf = (_: unknown, place: number): [string, string] => [`word${place}`, words[place] ?? ''];
  const places = Array.from({ length: placesFor(asked) }, wordOf);
  return { ...values, ...(cursor && { key: cursor.key, id: cursor.id }), ...Object.fromEntries(places) };
}

// Keyset paging: the index is entered at the cursor, so that the last page costs what the first does.
function inOrder<Q extends Knex.QueryBuilder>(query: Q, $: $, { column, ascending, cursor }: Asked): Q {
  const order = ascending ? 'asc' : 'desc';
  query.orderBy([
    { column, order },
    { column: 'id', order },
  ]);
  if (cursor) query.whereRaw(`(${column}, id) ${ascending ? '>' : '<'} (?, ?)`, [$('key'), $('id')]);
  return query;
}

// SQLite's `like` folds each letter as it goes, its `glob` takes them as they are. A word holds no sign that either reads.
const holds = (knex: Knex): string =>
  isPostgres(knex) ? "search_words like '%' || ? || '%'" : "search_words glob '*' || ? || '*'";

function fitting(knex: Knex, query: Knex.QueryBuilder, $: $, asked: Asked): Knex.QueryBuilder {
  if (asked.status === 'blocked') query.where('state', 'blocked');
  if (asked.status === 'password' || asked.status === 'expired')
    query.where({ state: 'active', password: $('password') });
  if (asked.status === 'expired') query.where('temporary_until', '<=', $('now'));
  if (asked.level !== null) query.where(asked.level, $('level'));
  for (let place = 0; place < placesFor(asked); place++) query.whereRaw(holds(knex), [$(`word${place}`)]);
  return query;
}

const present = (knex: Knex, $: $): Knex.QueryBuilder =>
  knex('users').where('tenant_id', $('tenant')).whereRaw(notDeleted);

/** A page of everybody. */
export const selectPlain = (knex: Knex, $: $, asked: Asked): Knex.QueryBuilder =>
  inOrder(present(knex, $).select(listedColumns), $, asked).limit(pageSize + 1, inText);

/** Those who fit among the next so many of everybody. */
export function selectStep(knex: Knex, $: $, asked: Asked, most: number): Knex.QueryBuilder {
  const looked = [
    'number',
    'search_words',
    'state',
    'password',
    'temporary_until',
    'administrator_level',
    'agent_level',
  ];
  const step = inOrder(present(knex, $).select(looked), $, asked).limit(most, inText);
  const chosen = fitting(knex, knex.from(step.as('step')).select('number'), $, asked).limit(pageSize + 1, inText);
  return inOrder(usersAmong(knex, chosen.as('chosen')), $, { ...asked, cursor: null });
}

/** The place of the last of the next so many of everybody; none where there are fewer. */
export const selectStepEnd = (knex: Knex, $: $, asked: Asked, most: number): Knex.QueryBuilder =>
  inOrder(present(knex, $).select([`${asked.column} as key`, 'id']), $, asked)
    .offset(most - 1, inText)
    .limit(1, inText);

/**
 * The numbers of all who stand together in the order of the page, since what it goes by begins with the word that is
 * searched: those of one first name in a list by name.
 */
export const selectTogether = (knex: Knex, $: $, asked: Asked): Knex.QueryBuilder =>
  present(knex, $)
    .select('number')
    .whereRaw(`${asked.column} >= ? and ${asked.column} < ?`, [$('word'), $('beyond')]);

/** The first of them who fit. */
export const selectFirstTogether = (knex: Knex, $: $, asked: Asked): Knex.QueryBuilder =>
  inOrder(fitting(knex, selectTogether(knex, $, asked), $, asked), $, asked).limit(pageSize + 1, inText);

/** Those who fit among the users with certain numbers, which are given as a JSON array. */
export function selectAmong(knex: Knex, $: $, asked: Asked): Knex.QueryBuilder {
  const numbers = isPostgres(knex)
    ? 'select cast(value as bigint) as number from json_array_elements_text(cast(? as json))'
    : 'select value as number from json_each(?)';
  const query = usersAmong(knex, knex.raw(`(${numbers}) as chosen`, [$('numbers')]));
  query.where('tenant_id', $('tenant')).whereRaw(notDeleted);
  return inOrder(fitting(knex, query, $, asked), $, asked).limit(pageSize + 1, inText);
}

// SQLite is told the way: it would rather walk a whole index, even once for each of the chosen, than sort a few rows.
function usersAmong(knex: Knex, chosen: Knex.QueryBuilder | Knex.Raw): Knex.QueryBuilder {
  const join = isPostgres(knex) ? 'join users' : 'cross join users indexed by users_by_number';
  return knex
    .from(chosen as Knex.QueryBuilder)
    .joinRaw(`${join} on users.number = chosen.number`)
    .select([...listedColumns, 'users.number']);
}

const isPostgres = (knex: Knex): boolean => (knex.client as { config: { client: string } }).config.client === 'pg';

/**
 * The numbers of those who hold a level or a status, where an index has them: of the levels that few hold, of those
 * who are blocked, and of those who must change their password.
 */
export function selectHolders(knex: Knex, $: $, by: HoldersIndex): Knex.QueryBuilder {
  const query = knex('users').select('number').where('tenant_id', $('tenant'));
  if (by === 'blocked') return query.whereRaw("state = 'blocked'");
  if (by === 'temporary') return query.whereRaw("password = 'temporary' and state = 'active'");
  return query.where(by, $('level')).whereRaw(`${by} <> 'none' and ${notDeleted}`);
}

type HoldersIndex = 'administrator_level' | 'agent_level' | 'blocked' | 'temporary';

/** @returns the indexes that can say who comes into question */
export function holdersIndexes({ level, status, values }: Asked): HoldersIndex[] {
  const indexes: HoldersIndex[] = [];
  if (level !== null && values.level !== 'none') indexes.push(level);
  if (status === 'blocked') indexes.push('blocked');
  if (values.password === 'temporary') indexes.push('temporary');
  return indexes;
}
