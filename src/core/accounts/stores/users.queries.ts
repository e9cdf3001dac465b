import type { Knex } from 'knex';
import type { Build, Values } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import { administratorLevels, agentLevels } from '../../../domain/roles.ts';
import { parseSearchQuery } from '../../../domain/people/search-keys.ts';
import { foldName, type ListedUser } from '../../../domain/people/user.ts';
import { inTenant } from './users.batch.store.ts';
import { inText, listedColumns, notDeleted } from './users.mapping.ts';

export const pageSize = 25;

/** What the list can be filtered by: an administrator level by its own name, an agent level with `Agent` behind it. */
export const levelFilters = [...administratorLevels, ...agentLevels.map((level) => `${level}Agent` as const)] as const;
export const statusFilters = ['active', 'passwordChange', 'expired', 'blocked'] as const;
export const sortKeys = ['name', 'username', 'lastSignIn'] as const;

export type LevelFilter = (typeof levelFilters)[number];
export type StatusFilter = (typeof statusFilters)[number];
export type SortKey = (typeof sortKeys)[number];

/** A place in the sorted list: the sorted column's value there, and the id that settles ties. */
export interface Cursor {
  readonly key: string | number;
  readonly id: string;
}

/** `after` continues behind the place, `before` ends in front of it; null for the first page. */
export type PageStart = { readonly side: 'after' | 'before'; readonly cursor: Cursor } | null;

export interface PageRequest {
  readonly search: string | null;
  readonly level: LevelFilter | null;
  readonly status: StatusFilter | null;
  /** Epoch ms; decides who is `expired`, and is of no matter to the other statuses. */
  readonly now?: number;
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly from: PageStart;
}

/** What lists are sorted by: that of the users by the reader's choice, that of the deleted by when they were. */
export type ListOrder = SortKey | 'deletedAt';

/** What lists are sorted by. */
type InOrder = Pick<ListedUser, 'id' | 'displayName' | 'username' | 'lastSignInAt'> & {
  readonly deletedAt?: number | null;
};

/** @returns the place of a user in a list under a sorting, as text for an address */
export function encodeCursor(user: InOrder, sort: ListOrder): string {
  const keys = {
    name: foldName(user.displayName),
    username: user.username,
    lastSignIn: user.lastSignInAt ?? 0,
    deletedAt: user.deletedAt ?? 0,
  };
  return Buffer.from(JSON.stringify([keys[sort], user.id])).toString('base64url');
}

// PostgreSQL takes no NUL, and no name has one.
const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');

/** @returns the place, or null for a text that is no place under this sorting */
export function decodeCursor(text: string, sort: ListOrder): Cursor | null {
  try {
    const [key, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const fits = sort === 'lastSignIn' || sort === 'deletedAt' ? Number.isSafeInteger(key) : isText(key);
    return fits && isText(id) ? { key: key as string | number, id } : null;
  } catch {
    return null;
  }
}

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

const passwordOf = { active: 'own', passwordChange: 'temporary', expired: 'temporary', blocked: null } as const;

/** @returns null where no user can fit: the search holds no letter and no digit */
export function askedOf(scope: Scope, request: PageRequest): Asked | null {
  const { search, level, status, sort, descending, from } = request;
  const words = search === null ? [] : parseSearchQuery(search);
  if (search !== null && words.length === 0) return null;
  return {
    column: columns[sort],
    ascending: descending === (from?.side === 'before'),
    cursor: from?.cursor ?? null,
    level: level && (level.endsWith('Agent') ? 'agent_level' : 'administrator_level'),
    status: status === 'active' || status === 'passwordChange' ? 'password' : status,
    words,
    values: {
      tenant: scope.tenant.id,
      level: level?.replace(/Agent$/, '') ?? null,
      password: status && passwordOf[status],
      now: request.now ?? 0,
    },
  };
}

const placesFor = ({ words }: Asked): number => wordPlaces.find((places) => places >= words.length) ?? 0;

/** @returns what the requests of one query text share, for its name */
export const shapeOf = (asked: Asked): string =>
  [asked.column, asked.ascending, asked.cursor !== null, asked.level, asked.status, placesFor(asked)].join(' ');

export function valuesOf(asked: Asked): Values {
  const { cursor, words, values } = asked;
  const wordOf = (_: unknown, place: number): [string, string] => [`word${place}`, words[place] ?? ''];
  const places = Array.from({ length: placesFor(asked) }, wordOf);
  return { ...values, ...(cursor && { key: cursor.key, id: cursor.id }), ...Object.fromEntries(places) };
}

const present = (knex: Knex, $: $): Knex.QueryBuilder =>
  knex('users').where('tenant_id', $('tenant')).whereRaw(notDeleted);

// Keyset paging: the index is entered at the cursor, so that the last page costs what the first does.
function inOrder(query: Knex.QueryBuilder, $: $, { column, ascending, cursor }: Asked): Knex.QueryBuilder {
  query.orderBy([column, 'id'].map((each) => ({ column: each, order: ascending ? 'asc' : 'desc' })));
  return cursor ? query.whereRaw(`(${column}, id) ${ascending ? '>' : '<'} (?, ?)`, [$('key'), $('id')]) : query;
}

const isPostgres = (knex: Knex): boolean => (knex.client as { config: { client: string } }).config.client === 'pg';

// SQLite's `like` folds each letter as it goes, its `glob` takes them as they are. A word holds no sign that either reads.
const holds = (knex: Knex): string =>
  isPostgres(knex) ? "search_words like '%' || ? || '%'" : "search_words glob '*' || ? || '*'";

function fitting(knex: Knex, query: Knex.QueryBuilder, $: $, asked: Asked): Knex.QueryBuilder {
  if (asked.status === 'blocked') query.where('state', 'blocked');
  if (asked.status === 'password' || asked.status === 'expired')
    query.where({ state: 'active', password: $('password') });
  // As a bare column SQLite would take its index for the better one, and sort every temporary password of the tenant.
  if (asked.status === 'expired') query.whereRaw('temporary_until + 0 <= ?', [$('now')]);
  if (asked.level !== null) query.where(asked.level, $('level'));
  for (let place = 0; place < placesFor(asked); place++) query.whereRaw(holds(knex), [$(`word${place}`)]);
  return inOrder(query, $, asked)
    .select([...listedColumns, 'number'])
    .limit(pageSize + 1, inText);
}

/** The page behind the cursor. @param ends whether only the users up to a place come into question */
export function selectPage(knex: Knex, $: $, asked: Asked, ends: boolean): Knex.QueryBuilder {
  const query = fitting(knex, present(knex, $), $, asked);
  if (ends) query.whereRaw(`(${asked.column}, id) ${asked.ascending ? '<=' : '>='} (?, ?)`, [$('endKey'), $('endId')]);
  return query;
}

/** The place of the last of the next so many users; none where there are fewer. */
export const selectStepEnd = (knex: Knex, $: $, asked: Asked, rows: number): Knex.QueryBuilder =>
  inOrder(present(knex, $), $, asked)
    .select([`${asked.column} as key`, 'id'])
    .offset(rows - 1, inText)
    .limit(1, inText);

/** The first of the users with certain numbers, which are given as a JSON array, who fit. */
export function selectAmong(knex: Knex, $: $, asked: Asked): Knex.QueryBuilder {
  const numbers = isPostgres(knex)
    ? 'select cast(value as bigint) from json_array_elements_text(cast(? as json))'
    : 'select value from json_each(?)';
  const query = knex('users').whereRaw(`number in (${numbers})`, [$('numbers')]);
  return fitting(knex, query.whereRaw(inTenant, [$('tenant')]).whereRaw(notDeleted), $, asked);
}

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

/** @returns the indexes that can name the users who fit the filter */
export function holdersIndexes({ level, status, values }: Asked): HoldersIndex[] {
  const indexes: HoldersIndex[] = [];
  if (level !== null && values.level !== 'none') indexes.push(level);
  if (status === 'blocked') indexes.push('blocked');
  if (values.password === 'temporary') indexes.push('temporary');
  return indexes;
}
