import { newApprovalPath, paths, userPath } from '../http/paths.ts';
import { restrictionNotes, userListRestrictionNotes } from '../rules/restriction-notes.ts';
import { bulkButtons } from './bulk-buttons.ts';
import { placeQuery, listQuery, type ListQuery, type PlaceQuery } from './users.forms.ts';
import { userListBreadcrumbs, userLinks, settingsBreadcrumbs } from './view-models.ts';
import type { Request, Response } from 'express';
import { may } from '../../domain/policy.ts';
import {
  levelFilters,
  sortKeys,
  statusFilters,
  maxDeletedCounted,
  usersStore,
  decodeCursor,
  encodeCursor,
  pageSize,
  type ListOrder,
  type PageStart,
  type SortKey,
} from '../../core/accounts/index.ts';
import type { Scope } from '../../domain/scope.ts';
import { statusOf, type User, type ListedUser } from '../../domain/people/user.ts';
import { scopeOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { actionModeOf } from '../http/availability.ts';
import type { DeletedUsersPage, UserList, UsersPage } from './users.views.ts';

export interface UserListRoutesDependencies {
  readonly database: Database;
  readonly clock: () => number;
}

/** Creates the routes of the user list and of the list of deleted users who can be restored. */
export function userListRoutes(deps: UserListRoutesDependencies): Route[] {
  const handlers = bind(deps, { list, showDeleted });
  return [
    { method: 'get', path: paths.users, access: 'users.list', handle: handlers.list },
    { method: 'get', path: paths.deletedUsers, access: 'users.restore', handle: handlers.showDeleted },
  ];
}

async function list(deps: UserListRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { clock, database } = deps;
  const query = listQuery.parse(request.query);
  const scope = scopeOf(request);
  const now = clock();
  const page = await listUsers(database, scope, query, now);
  const rows = page.users.map((user) => ({ ...user, href: userPath(user.id), status: statusOf(user, now) }));
  const deleted = may(scope, 'users.restore').allowed ? await usersStore.countDeleted(database, scope) : 0;
  const model: UsersPage = {
    ...page,
    users: rows,
    query,
    sortHeaders: { name: sortHeaderFor(query, 'name'), lastSignIn: sortHeaderFor(query, 'lastSignIn') },
    sortOptions,
    levels: levelOptions,
    statuses: statusOptions,
    deleted,
    maxDeletedCounted,
    bulk: bulkButtons(scope, 'present'),
    selectAllHref: selectAllHref(query),
    offers: {
      add: may(scope, 'users.add').allowed,
      import: may(scope, 'users.import').allowed,
      export: actionModeOf(may(scope, 'users.export')),
    },
    notes: userListRestrictionNotes(scope),
  };
  response.page('users/list', model, { title: 'common:terms.userManagement', breadcrumbs: settingsBreadcrumbs });
}

async function showDeleted(deps: UserListRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { database } = deps;
  const scope = scopeOf(request);
  const page = await listDeleted(database, scope, placeQuery.parse(request.query));
  const rows = page.users.map((user) => {
    const restore = may(scope, 'users.restore', user);
    return {
      ...user,
      restore: actionModeOf(restore),
      refusal: restore.allowed ? null : `policy:${restore.because}.title`,
      approvalHref: newApprovalPath('restore', [user.id]),
      canErase: may(scope, 'personalData.erase', user).allowed,
      ...userLinks(user),
    };
  });
  const bulk = bulkButtons(scope, 'deleted');
  const notes = restrictionNotes(scope, ['users.restore']);
  const model: DeletedUsersPage = { ...page, users: rows, days: scope.rules.restoreWindowDays, bulk, notes };
  response.page('users/deleted', model, { title: 'common:terms.deletedUsers', breadcrumbs: userListBreadcrumbs });
}

const levelOptions = levelFilters.map((value) => ({
  value,
  label: value.endsWith('Agent') ? `roles:agent.${value.slice(0, -'Agent'.length)}` : `roles:administrator.${value}`,
}));
const sortOptions = sortKeys.flatMap((key) => [
  { value: key, label: `users:sort.${key}` },
  { value: `-${key}`, label: `users:sort.${key}Descending` },
]);
const statusOptions = statusFilters.map((value) => ({ value, label: `users:status.${value}` }));

const selectAllHref = (query: ListQuery): string =>
  listHref(query, { after: query.after, before: query.before, choose: query.choose === 'all' ? null : 'all' });

function sortHeaderFor(query: ListQuery, key: SortKey) {
  const direction = query.sort === key ? 'ascending' : query.sort === `-${key}` ? 'descending' : null;
  return { direction, href: listHref(query, { sort: direction === 'ascending' ? `-${key}` : key }) } as const;
}

/**
 * Reads one page of the tenant's users, with links to the pages before and after it.
 * @param now the current time in epoch milliseconds, which decides which temporary passwords and links have expired
 */
export async function listUsers(
  database: Database,
  scope: Scope,
  query: ListQuery,
  now: number,
): Promise<UserList<ListedUser>> {
  const sort = sortOf(query);
  const from = pageStartOf(query, sort);
  const { q, level, status } = query;
  const search = q === '' ? null : q;
  const descending = query.sort.startsWith('-');
  const rows = await usersStore.page(database, scope, { search, level, status, sort, descending, from, now });
  return toPage(rows, from, (turn, user) =>
    listHref(query, { [turn]: encodeCursor(user, sort, scope.tenant.language) }),
  );
}

/** Reads one page of deleted users, starting with the most recently deleted. */
export async function listDeleted(database: Database, scope: Scope, query: PlaceQuery): Promise<UserList<User>> {
  const from = pageStartOf(query, 'deletedAt');
  const rows = await usersStore.pageOfDeleted(database, scope, from);
  return toPage(
    rows,
    from,
    (turn, user) => `${paths.deletedUsers}?${turn}=${encodeCursor(user, 'deletedAt', scope.tenant.language)}`,
  );
}

// An invalid cursor is treated as the start of the list.
function pageStartOf({ after, before }: PlaceQuery, order: ListOrder): PageStart {
  const place = after ?? before;
  const cursor = place === null ? null : decodeCursor(place, order);
  return cursor === null ? null : { side: after === null ? 'before' : 'after', cursor };
}

/** Builds a page from rows in the order of the query. If there are more users, the store has returned one extra row. */
function toPage<U>(
  rows: readonly U[],
  from: PageStart,
  hrefOf: (turn: 'after' | 'before', user: U) => string,
): UserList<U> {
  const isBackward = from?.side === 'before';
  const hasMore = rows.length > pageSize;
  const users = rows.slice(0, pageSize);
  if (isBackward) users.reverse();
  const href = (turn: 'after' | 'before', user: U | undefined): string | null => (user ? hrefOf(turn, user) : null);
  return {
    users,
    previous: (isBackward ? hasMore : from !== null) ? href('before', users[0]) : null,
    next: isBackward || hasMore ? href('after', users.at(-1)) : null,
  };
}

const sortOf = ({ sort }: ListQuery): SortKey => sort.replace('-', '') as SortKey;

/**
 * @returns the URL of the list with the given changes to its filters and sort order; without a new cursor, it starts at
 * the first page
 */
export function listHref(query: ListQuery, changes: Partial<ListQuery>): string {
  const { q, level, status, sort } = { ...query, ...changes };
  const { after, before, choose } = changes;
  let search = '';
  const append = (name: string, value: string | null | undefined): void => {
    if (value) search += `${search === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`;
  };
  append('q', q);
  append('level', level);
  append('status', status);
  append('sort', sort === 'name' ? null : sort);
  append('after', after);
  append('before', before);
  append('choose', choose);
  return paths.users + search;
}
