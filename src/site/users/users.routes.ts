import type { Request, Response } from 'express';
import { Failure } from '../../domain/errors.ts';
import { may } from '../../domain/policy.ts';
import {
  levelFilters,
  sortKeys,
  statusFilters,
  handOverOf,
  type WaysIn,
  maxDeletedCounted,
  offeredInBulk,
  type ResetResult,
  type Users,
  usersStore,
} from '../../core/accounts/index.ts';
import { statusOf, type User } from '../../domain/people/user.ts';
import { paths, userPath } from '../http/paths.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { notesOfList } from '../rules/notes.ts';
import type { HandOverSheet } from './hand-over-sheet.ts';
import { showWayIn } from './reveal.ts';
import { listQuery, resetForm, type ListQuery } from './users.forms.ts';
import { listHref, listUsers } from './list.ts';
import { offerOf } from '../http/offers.ts';
import type { UsersPage } from './users.views.ts';
import { linksOf, ofUser, trail, userIdOf } from './breadcrumbs.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

export interface UsersRoutesDependencies {
  readonly database: Database;
  readonly users: Users;
  readonly waysIn: WaysIn;
  readonly sheet: HandOverSheet;
  readonly answerRefusal: AnswerRefusal;
  readonly clock: () => number;
}

export function usersRoutes(deps: UsersRoutesDependencies): Route[] {
  const handlers = bind(deps, { list, confirmReset, reset });
  return [
    { method: 'get', path: paths.users, access: 'users.list', handle: handlers.list },
    { method: 'get', path: paths.resetPassword, access: 'users.resetPassword', handle: handlers.confirmReset },
    { method: 'post', path: paths.resetPassword, access: 'users.resetPassword', handle: handlers.reset },
  ];
}

async function list(deps: UsersRoutesDependencies, request: Request, response: Response): Promise<void> {
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
    mostDeleted: maxDeletedCounted,
    bulk: offeredInBulk(scope, 'present'),
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

async function confirmReset(deps: UsersRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { users, answerRefusal } = deps;
  const user = await users.load(scopeOf(request), userIdOf(request));
  const reset = may(scopeOf(request), 'users.resetPassword', user);
  if (!reset.allowed) return answerRefusal(request, response, reset);
  askToReset(deps, request, response, user);
}

function askToReset(
  deps: UsersRoutesDependencies,
  request: Request,
  response: Response,
  user: User,
  status = 200,
): void {
  const { waysIn } = deps;
  const model = { user, handOver: handOverOf(scopeOf(request), waysIn), ...linksOf(user) };
  const options = { title: 'common:terms.resetPassword', breadcrumbs: ofUser(user), status };
  response.page('users/reset-confirm', model, options);
}

async function reset(deps: UsersRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { users, answerRefusal, waysIn } = deps;
  const { values } = readForm(resetForm, request.body);
  const epoch = values?.epoch ?? -1;
  const result = await users.resetPassword(scopeOf(request), userIdOf(request), epoch);
  if (result.outcome === 'reset') return reveal(deps, request, response, result);
  if (result.outcome === 'refused') return answerRefusal(request, response, result.verdict);
  if (result.outcome === 'noMail') return askToReset(deps, request, response, result.user, 409);
  if (result.outcome === 'throttled') throw new Failure('throttled', { retryAfter: result.retryAfter });
  const options = { title: 'common:terms.resetPassword', breadcrumbs: ofUser(result.user), status: 409 };
  const by = waysIn.ruleFor(scopeOf(request));
  response.page('users/reset-stale', { user: result.user, by, ...linksOf(result.user) }, options);
}

// The clear text goes into this one body: no redirect, no flash, no session, nothing that a second request could read.
function reveal(
  deps: UsersRoutesDependencies,
  request: Request,
  response: Response,
  { user, way }: Extract<ResetResult, { outcome: 'reset' }>,
): void {
  const { sheet } = deps;
  const heading = { title: 'common:terms.resetPassword', breadcrumbs: ofUser(user) };
  const told = { heading: 'users:reset.done', ended: true };
  showWayIn(response, { user, way, sheet: sheet(scopeOf(request), user, way), ...told }, heading);
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

function sortBy(query: ListQuery, key: (typeof sortKeys)[number]) {
  const direction = query.sort === key ? 'ascending' : query.sort === `-${key}` ? 'descending' : null;
  return { direction, href: listHref(query, { sort: direction === 'ascending' ? `-${key}` : key }) } as const;
}
