import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/user.ts';
import { paths } from '../../paths.ts';
import type { Stores } from '../../stores.ts';
import type { ListQuery } from './users.forms.ts';
import { decodeCursor, encodeCursor, pageSize, type PageRequest, type SortKey } from './users.page.ts';

export interface UserList {
  readonly users: readonly User[];
  readonly previous: string | null;
  readonly next: string | null;
}

/** One page of the tenant's users with the addresses of the pages around it. */
export async function listUsers(stores: Stores, scope: Scope, query: ListQuery): Promise<UserList> {
  const request = toPageRequest(query);
  const rows = await stores.users.page(scope, request);
  const backwards = request.from?.side === 'before';
  const further = rows.length > pageSize;
  const users = rows.slice(0, pageSize);
  if (backwards) users.reverse();
  const cursorOf = (user: User | undefined): string | null => (user ? encodeCursor(user, request.sort) : null);
  const hasNext = backwards || further;
  const hasPrevious = backwards ? further : request.from !== null;
  return {
    users,
    previous: hasPrevious ? listHref(query, { before: cursorOf(users[0]) }) : null,
    next: hasNext ? listHref(query, { after: cursorOf(users.at(-1)) }) : null,
  };
}

// What is no place in this list reads as its beginning.
function toPageRequest(query: ListQuery): PageRequest {
  const descending = query.sort.startsWith('-');
  const sort = sortOf(query);
  const side = query.after === null ? 'before' : 'after';
  const place = query.after ?? query.before;
  const cursor = place === null ? null : decodeCursor(place, sort);
  return {
    search: query.q === '' ? null : query.q,
    level: query.level,
    status: query.status,
    sort,
    descending,
    from: cursor === null ? null : { side, cursor },
  };
}

const sortOf = ({ sort }: ListQuery): SortKey => sort.replace('-', '') as SortKey;

/** @returns the list's address with what it was asked for, changed as told; the place in the list is not kept */
export function listHref(query: ListQuery, changes: Partial<ListQuery>): string {
  const { q, level, status, sort, after, before, choose } = {
    ...query,
    ...{ after: null, before: null, choose: null },
    ...changes,
  };
  const given = { q, level, status, sort: sort === 'name' ? null : sort, after, before, choose };
  const said = Object.entries(given).flatMap(([name, value]) =>
    value ? [`${name}=${encodeURIComponent(value)}`] : [],
  );
  return said.length === 0 ? paths.users : `${paths.users}?${said.join('&')}`;
}
