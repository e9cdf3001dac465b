import type { Knex } from 'knex';
import type { Build, Values } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import { administratorLevels, agentLevels } from '../../../domain/roles.ts';
import { parseSearchQuery } from '../../../domain/people/search-keys.ts';
import type { Language } from '../../../domain/regions.ts';
import { nameSortKey } from '../../../domain/people/sort-keys.ts';
import type { ListedUser } from '../../../domain/people/user.ts';
import { inTenant } from './users.batch-update.ts';
import { asLiteral, listedColumns, notDeleted } from './users.mapping.ts';

export const pageSize = 25;

/** The level filters. Agent levels have the suffix `Agent`, because `none` is also an administrator level. */
export const levelFilters = [...administratorLevels, ...agentLevels.map((level) => `${level}Agent` as const)] as const;
export const statusFilters = ['active', 'passwordChange', 'expired', 'blocked'] as const;
export const sortKeys = ['name', 'username', 'lastSignIn'] as const;

export type LevelFilter = (typeof levelFilters)[number];
export type StatusFilter = (typeof statusFilters)[number];
export type SortKey = (typeof sortKeys)[number];

/** A position in the sorted list: the value of the sort column, and the ID as a tie-breaker. */
export interface Cursor {
  readonly key: string | number;
  readonly id: string;
}

/** `after` starts after the cursor, `before` ends before it; null for the first page. */
export type PageStart = { readonly side: 'after' | 'before'; readonly cursor: Cursor } | null;

export interface PageRequest {
  readonly search: string | null;
  readonly level: LevelFilter | null;
  readonly status: StatusFilter | null;
  /** Epoch ms. Used only by the status `expired`. */
  readonly now?: number;
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly from: PageStart;
}

/** The sort orders. Deleted users are always sorted by the time of deletion. */
export type ListOrder = SortKey | 'deletedAt';

/** The user fields by which lists are sorted. */
type SortableUser = Pick<ListedUser, 'id' | 'displayName' | 'username' | 'lastSignInAt'> & {
  readonly deletedAt?: number | null;
};

/** Encodes a user's position in a sorted list for use in a URL. @param language the tenant's language */
export function encodeCursor(user: SortableUser, sort: ListOrder, language: Language): string {
  const keys = {
    name: nameSortKey(user.displayName, language),
    username: user.username,
    lastSignIn: user.lastSignInAt ?? 0,
    deletedAt: user.deletedAt ?? 0,
  };
  return Buffer.from(JSON.stringify([keys[sort], user.id])).toString('base64url');
}

// PostgreSQL rejects NUL characters, and no name contains one.
const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');

/** @returns the position, or null if the string is not a valid cursor for this sort order */
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
// Search words are padded with '' to one of these counts, which limits the number of statements. '' matches everything.
const wordSlots = [0, 1, 2, 4, 8] as const;

/** A page query: the parts that determine the SQL statement, and the values to bind. */
export interface PageQuery {
  readonly column: (typeof columns)[keyof typeof columns];
  readonly ascending: boolean;
  readonly cursor: Cursor | null;
  readonly level: 'administrator_level' | 'agent_level' | null;
  readonly status: 'blocked' | 'password' | 'expired' | null;
  readonly words: readonly string[];
  readonly values: Values;
}

const passwordOf = { active: 'own', passwordChange: 'temporary', expired: 'temporary', blocked: null } as const;

/** @returns the query; null if the search contains no letter or digit, so that no user can match */
export function toPageQuery(scope: Scope, request: PageRequest): PageQuery | null {
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

const slotsFor = ({ words }: PageQuery): number => wordSlots.find((places) => places >= words.length) ?? 0;

/** @returns the part of a prepared statement's name that identifies its SQL */
export const shapeOf = (asked: PageQuery): string =>
  [asked.column, asked.ascending, asked.cursor !== null, asked.level, asked.status, slotsFor(asked)].join(' ');

export function valuesOf(asked: PageQuery): Values {
  const { cursor, words, values } = asked;
  const wordOf = (_: unknown, place: number): [string, string] => [`word${place}`, words[place] ?? ''];
  const places = Array.from({ length: slotsFor(asked) }, wordOf);
  return { ...values, ...(cursor && { key: cursor.key, id: cursor.id }), ...Object.fromEntries(places) };
}

const selectPresent = (knex: Knex, $: $): Knex.QueryBuilder =>
  knex('users').where('tenant_id', $('tenant')).whereRaw(notDeleted);

// Keyset pagination: the query starts at the cursor in the index, so the last page costs as much as the first.
function inOrder(query: Knex.QueryBuilder, $: $, { column, ascending, cursor }: PageQuery): Knex.QueryBuilder {
  query.orderBy([column, 'id'].map((each) => ({ column: each, order: ascending ? 'asc' : 'desc' })));
  return cursor ? query.whereRaw(`(${column}, id) ${ascending ? '>' : '<'} (?, ?)`, [$('key'), $('id')]) : query;
}

const isPostgres = (knex: Knex): boolean => (knex.client as { dialect: string }).dialect === 'postgresql';

// In SQLite, `glob` is faster than `like`, because it does not fold case. Search words contain no wildcards of either.
const containsWord = (knex: Knex): string =>
  isPostgres(knex) ? "search_words like '%' || ? || '%'" : "search_words glob '*' || ? || '*'";

function selectMatching(knex: Knex, query: Knex.QueryBuilder, $: $, asked: PageQuery): Knex.QueryBuilder {
  if (asked.status === 'blocked') query.where('state', 'blocked');
  if (asked.status === 'password' || asked.status === 'expired')
    query.where({ state: 'active', password: $('password') });
  // The `+ 0` keeps SQLite from using the index on this column and sorting all of the tenant's temporary passwords.
  if (asked.status === 'expired') query.whereRaw('temporary_until + 0 <= ?', [$('now')]);
  if (asked.level !== null) query.where(asked.level, $('level'));
  for (let place = 0; place < slotsFor(asked); place++) query.whereRaw(containsWord(knex), [$(`word${place}`)]);
  return inOrder(query, $, asked)
    .select([...listedColumns, 'number'])
    .limit(pageSize + 1, asLiteral);
}

/** Selects the page after the cursor. @param ends whether the query stops at an end position */
export function selectPage(knex: Knex, $: $, asked: PageQuery, ends: boolean): Knex.QueryBuilder {
  const query = selectMatching(knex, selectPresent(knex, $), $, asked);
  if (ends) query.whereRaw(`(${asked.column}, id) ${asked.ascending ? '<=' : '>='} (?, ?)`, [$('endKey'), $('endId')]);
  return query;
}

/** Selects the position of the last of the next `rows` users, or nothing if there are fewer. */
export const selectStepEnd = (knex: Knex, $: $, asked: PageQuery, rows: number): Knex.QueryBuilder =>
  inOrder(selectPresent(knex, $), $, asked)
    .select([`${asked.column} as key`, 'id'])
    .offset(rows - 1, asLiteral)
    .limit(1, asLiteral);

/** Selects the first matching users among the candidates. Candidate numbers are bound as a JSON array. */
export function selectFromCandidates(knex: Knex, $: $, asked: PageQuery): Knex.QueryBuilder {
  const numbers = isPostgres(knex)
    ? 'select cast(value as bigint) from json_array_elements_text(cast(? as json))'
    : 'select value from json_each(?)';
  const query = knex('users').whereRaw(`number in (${numbers})`, [$('numbers')]);
  return selectMatching(knex, query.whereRaw(inTenant, [$('tenant')]).whereRaw(notDeleted), $, asked);
}

/**
 * Selects user numbers from a partial index: users with a level, blocked users, or users who must change their
 * password.
 */
export function selectFromPartialIndex(knex: Knex, $: $, index: PartialIndex): Knex.QueryBuilder {
  const query = knex('users').select('number').where('tenant_id', $('tenant'));
  if (index === 'blocked') return query.whereRaw("state = 'blocked'");
  if (index === 'temporary') return query.whereRaw("password = 'temporary' and state = 'active'");
  return query.where(index, $('level')).whereRaw(`${index} <> 'none' and ${notDeleted}`);
}

type PartialIndex = 'administrator_level' | 'agent_level' | 'blocked' | 'temporary';

/** @returns the partial indexes that contain all users who match the filter */
export function partialIndexesFor({ level, status, values }: PageQuery): PartialIndex[] {
  const indexes: PartialIndex[] = [];
  if (level !== null && values.level !== 'none') indexes.push(level);
  if (status === 'blocked') indexes.push('blocked');
  if (values.password === 'temporary') indexes.push('temporary');
  return indexes;
}
