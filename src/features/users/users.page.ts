import type { Knex } from 'knex';
import type { Build, Values } from '../../data/database.ts';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import { foldName, type User } from '../../domain/user.ts';
import { userColumns } from './users.rows.ts';

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

export interface PageRequest {
  readonly search: string | null;
  readonly level: LevelFilter | null;
  readonly status: StatusFilter | null;
  /** Epoch ms; decides who is `expired`, and is of no matter to the other statuses. */
  readonly now?: number;
  readonly sort: SortKey;
  readonly descending: boolean;
  /** `after` continues behind the place, `before` ends in front of it; null for the first page. */
  readonly from: { readonly side: 'after' | 'before'; readonly cursor: Cursor } | null;
}

/** @returns the place of a user in a list under a sorting, as text for an address */
export function encodeCursor(user: User, sort: SortKey): string {
  const keys = { name: foldName(user.displayName), username: user.username, lastSignIn: user.lastSignInAt ?? 0 };
  return Buffer.from(JSON.stringify([keys[sort], user.id])).toString('base64url');
}

// PostgreSQL takes no NUL, and no name has one.
const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');

/** @returns the place, or null for a text that is no place under this sorting */
export function decodeCursor(text: string, sort: SortKey): Cursor | null {
  try {
    const [key, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const fits = sort === 'lastSignIn' ? Number.isSafeInteger(key) : isText(key);
    return fits && isText(id) ? { key: key as string | number, id } : null;
  } catch {
    return null;
  }
}

const columns = { name: 'name_key', username: 'username', lastSignIn: 'last_sign_in_at' } as const;

// Each has an index of its own.
const columnOf = (sort: SortKey): (typeof columns)[SortKey] => columns[sort];

/** @returns a name that all requests of one query text share, and the values that differ between them */
export function shapeOf(request: PageRequest): { name: string; values: Values } {
  const { search, level, status, sort, descending, from } = request;
  return {
    name: ['users.page', sort, descending, level, status, search !== null, from?.side].join(' '),
    values: {
      ...(status === 'expired' ? { now: request.now ?? 0 } : {}),
      ...(search === null ? {} : { search: `%${escapeLike(foldName(search))}%` }),
      ...(from === null ? {} : { key: from.cursor.key, id: from.cursor.id }),
    },
  };
}

/** Keyset paging: the index is entered at the cursor, so that the last page costs what the first does. */
export function selectPage(knex: Knex, $: Parameters<Build>[1], request: PageRequest): Knex.QueryBuilder {
  const column = columnOf(request.sort);
  const backwards = request.from?.side === 'before';
  const ascending = request.descending === backwards;
  const direction = ascending ? 'asc' : 'desc';
  const query = knex('users')
    .select(userColumns)
    .where('tenant_id', $('tenant'))
    .orderBy([
      { column, order: direction },
      { column: 'id', order: direction },
    ])
    .limit(pageSize + 1);
  applyFilters(knex, $, query, request);
  if (request.from) query.whereRaw(`(${column}, id) ${ascending ? '>' : '<'} (?, ?)`, [$('key'), $('id')]);
  return query;
}

function applyFilters(knex: Knex, $: Parameters<Build>[1], query: Knex.QueryBuilder, request: PageRequest): void {
  const { level, status, search } = request;
  if (status === 'blocked') query.where('state', 'blocked');
  else if (status === 'expired')
    query.whereRaw("state = 'active' and password = 'temporary'").where('temporary_until', '<=', $('now'));
  else if (status === null) query.whereNot('state', 'deleted');
  else query.where({ state: 'active', password: status === 'active' ? 'own' : 'temporary' });
  if (level !== null) {
    const agent = level.endsWith('Agent');
    query.where(agent ? 'agent_level' : 'administrator_level', agent ? level.slice(0, -'Agent'.length) : level);
  }
  if (search !== null) query.where(knex.raw("name_key || ' ' || username like ? escape '\\'", [$('search')]));
}

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
