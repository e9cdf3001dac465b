import { askPath, paths, userPath } from '../http/paths.ts';
import { notesOf, notesOfList } from '../rules/notes.ts';
import { bulkButtons } from './bulk-look.ts';
import { placeQuery, listQuery, type ListQuery, type PlaceQuery } from './users.forms.ts';
import { inList, linksOf, trail } from './view-models.ts';
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
import { offerOf } from '../http/offers.ts';
import type { DeletedUsersPage, UserList, UsersPage } from './users.views.ts';

export interface ListRoutesDependencies {
  readonly database: Database;
  readonly clock: () => number;
}

/** The list of users, and the list of those who were deleted and can be restored. */
export function listRoutes(deps: ListRoutesDependencies): Route[] {
  const handlers = bind(deps, { list, showDeleted });
  return [
    { method: 'get', path: paths.users, access: 'users.list', handle: handlers.list },
    { method: 'get', path: paths.deletedUsers, access: 'users.restore', handle: handlers.showDeleted },
  ];
}

async function list(deps: ListRoutesDependencies, request: Request, response: Response): Promise<void> {
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
    sorts: { name: sortBy(query, 'name'), lastSignIn: sortBy(query, 'lastSignIn') },
    sortings,
    levels,
    statuses,
    deleted,
    maxDeleted: maxDeletedCounted,
    bulk: bulkButtons(scope, 'present'),
    chooseAll: chooseAllHref(query),
    offers: {
      add: may(scope, 'users.add').allowed,
      import: may(scope, 'users.import').allowed,
      export: offerOf(may(scope, 'users.export')),
    },
    notes: notesOfList(scope),
  };
  response.page('users/list', model, { title: 'common:terms.userManagement', breadcrumbs: trail });
}

async function showDeleted(deps: ListRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { database } = deps;
  const scope = scopeOf(request);
  const page = await listDeleted(database, scope, placeQuery.parse(request.query));
  const rows = page.users.map((user) => {
    const restore = may(scope, 'users.restore', user);
    return {
      ...user,
      restore: offerOf(restore),
      refusal: restore.allowed ? null : `policy:${restore.because}.title`,
      askHref: askPath('restore', [user.id]),
      mayErase: may(scope, 'personalData.erase', user).allowed,
      ...linksOf(user),
    };
  });
  const bulk = bulkButtons(scope, 'deleted');
  const notes = notesOf(scope, ['users.restore']);
  const model: DeletedUsersPage = { ...page, users: rows, days: scope.rules.restoreWindowDays, bulk, notes };
  response.page('users/deleted', model, { title: 'common:terms.deletedUsers', breadcrumbs: inList });
}

const levels = levelFilters.map((value) => ({
  value,
  label: value.endsWith('Agent') ? `roles:agent.${value.slice(0, -'Agent'.length)}` : `roles:administrator.${value}`,
}));
const sortings = sortKeys.flatMap((key) => [
  { value: key, label: `users:sort.${key}` },
  { value: `-${key}`, label: `users:sort.${key}Descending` },
]);
const statuses = statusFilters.map((value) => ({ value, label: `users:status.${value}` }));

const chooseAllHref = (query: ListQuery): string =>
  listHref(query, { after: query.after, before: query.before, choose: query.choose === 'all' ? null : 'all' });

function sortBy(query: ListQuery, key: SortKey) {
  const direction = query.sort === key ? 'ascending' : query.sort === `-${key}` ? 'descending' : null;
  return { direction, href: listHref(query, { sort: direction === 'ascending' ? `-${key}` : key }) } as const;
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
