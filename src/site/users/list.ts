import type { Scope } from '../../domain/scope.ts';
import type { ListedUser, User } from '../../domain/people/user.ts';
import { paths } from '../http/paths.ts';
import type { ListQuery, PlaceQuery } from './users.forms.ts';
import {
  decodeCursor,
  encodeCursor,
  pageSize,
  type ListOrder,
  type PageStart,
  type SortKey,
  usersStore,
} from '../../core/accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';

export interface UserList<U> {
  readonly users: readonly U[];
  readonly previous: string | null;
  readonly next: string | null;
}

/** One page of the tenant's users with the addresses of the pages around it. */
export async function listUsers(
  database: Database,
  scope: Scope,
  query: ListQuery,
  now: number,
): Promise<UserList<ListedUser>> {
  const sort = sortOf(query);
  const from = startOf(query, sort);
  const { q, level, status } = query;
  const search = q === '' ? null : q;
  const descending = query.sort.startsWith('-');
  const rows = await usersStore.page(database, scope, { search, level, status, sort, descending, from, now });
  return turned(rows, from, (turn, user) => listHref(query, { [turn]: encodeCursor(user, sort) }));
}

/** One page of those who were deleted, the latest first. */
export async function listDeleted(database: Database, scope: Scope, query: PlaceQuery): Promise<UserList<User>> {
  const from = startOf(query, 'deletedAt');
  const rows = await usersStore.pageOfDeleted(database, scope, from);
  return turned(rows, from, (turn, user) => `${paths.deletedUsers}?${turn}=${encodeCursor(user, 'deletedAt')}`);
}

// What is no place in this list reads as its beginning.
function startOf({ after, before }: PlaceQuery, order: ListOrder): PageStart {
  const place = after ?? before;
  const cursor = place === null ? null : decodeCursor(place, order);
  return cursor === null ? null : { side: after === null ? 'before' : 'after', cursor };
}

/** Makes a page of what the store found, one user more than the page holds or fewer, in the page's own direction. */
function turned<U>(
  rows: readonly U[],
  from: PageStart,
  hrefOf: (turn: 'after' | 'before', user: U) => string,
): UserList<U> {
  const backwards = from?.side === 'before';
  const further = rows.length > pageSize;
  const users = rows.slice(0, pageSize);
  if (backwards) users.reverse();
  const href = (turn: 'after' | 'before', user: U | undefined): string | null => (user ? hrefOf(turn, user) : null);
  return {
    users,
    previous: (backwards ? further : from !== null) ? href('before', users[0]) : null,
    next: backwards || further ? href('after', users.at(-1)) : null,
  };
}

const sortOf = ({ sort }: ListQuery): SortKey => sort.replace('-', '') as SortKey;

/** @returns the list's address with what it was asked for, changed as told; the place in the list is not kept */
export function listHref(query: ListQuery, changes: Partial<ListQuery>): string {
  const { q, level, status, sort } = { ...query, ...changes };
  const { after, before, choose } = changes;
  let said = '';
  const say = (name: string, value: string | null | undefined): void => {
    if (value) said += `${said === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`;
  };
  say('q', q);
  say('level', level);
  say('status', status);
  say('sort', sort === 'name' ? null : sort);
  say('after', after);
  say('before', before);
  say('choose', choose);
  return paths.users + said;
}
