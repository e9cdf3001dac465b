import type { Request, Response } from 'express';
import type { LogFormat } from '../../domain/activity/event.ts';
import { activityGroups } from '../../domain/activity/groups.ts';
import { Failure } from '../../domain/errors.ts';
import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { paths } from '../http/paths.ts';
import { createLogSender } from './log-file.ts';
import { scopeOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import { describeRetention } from '../rules/rule-descriptions.ts';
import { restrictionNotes } from '../rules/restriction-notes.ts';
import type { LogExports } from '../../core/activity/index.ts';
import { usersStore } from '../../core/accounts/index.ts';
import { filterOf, logExportFault, logQuery, type LogQuery } from './activity.forms.ts';
import { findUsersByName, logHref, readLogPage } from './log-page.ts';
import type { LogEntries, LogPage } from './activity.views.ts';
import type { ActivityTextsFor } from './entry-texts.ts';
import { actionModeOf } from '../http/availability.ts';
import type { Breadcrumb } from '../http/page-options.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

const breadcrumbs: Breadcrumb[] = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.accountSettings, label: 'common:terms.accountSettings' },
];
const groups = activityGroups.map((value) => ({ value, label: `activity:group.${value}` }));

export interface ActivityRoutesDependencies {
  readonly database: Database;
  readonly exports: Pick<LogExports, 'begin'>;
  readonly textsFor: ActivityTextsFor;
  readonly clock: () => number;
}

/** Creates the routes of the tenant's activity log: the page and its exports. */
export function activityRoutes(deps: ActivityRoutesDependencies): Route[] {
  const { exports } = deps;
  const handlers = bind(deps, { show });
  const sendFile = createLogSender(deps.clock);
  const send =
    (format: LogFormat): Route['handle'] =>
    async (request, response) => {
      const filter = filterOf(logQuery.parse(request.query));
      // A HEAD request exports no data, so it is not recorded.
      const result = request.method === 'HEAD' ? null : await exports.begin(scopeOf(request), format, filter);
      if (result?.outcome === 'throttled') throw new Failure('throttled', { retryAfter: result.retryAfter });
      await sendFile(response, format, result?.text ?? null);
    };
  return [
    { method: 'get', path: paths.activityLog, access: 'activity.view', handle: handlers.show },
    ...(['csv', 'jsonl'] as const).map((format): Route => ({
      method: 'get',
      path: format === 'csv' ? paths.activityCsv : paths.activityJsonLines,
      access: 'activity.export',
      queryFault: logExportFault,
      handle: send(format),
    })),
  ];
}

async function show(deps: ActivityRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { database, textsFor } = deps;
  const scope = scopeOf(request);
  const query = logQuery.parse(request.query);
  if (query.person !== '') return showMatches(deps, request, response, query);
  const page = await readLogPage(database, scope, filterOf(query), query, textsFor(scope.language));
  const { days, count, newer, older } = page;
  const place = { after: null, before: null };
  const entries: LogEntries = {
    days,
    count,
    newer: newer && logHref({ ...query, ...place, before: newer }),
    older: older && logHref({ ...query, ...place, after: older }),
  };
  renderLog(request, response, query, { entries, matches: null, person: await filteredUser(deps, scope, query) });
}

// If exactly one user matches, redirect to a URL that contains the user's id instead of the typed name.
async function showMatches(
  deps: ActivityRoutesDependencies,
  request: Request,
  response: Response,
  query: LogQuery,
): Promise<void> {
  const { database } = deps;
  const { users: found, hasMore } = await findUsersByName(database, scopeOf(request), query.person);
  const users = found.map((user) => ({
    ...user,
    href: logHref({ ...query, user: user.id, after: null, before: null }),
  }));
  const [only, ...others] = users;
  if (only !== undefined && others.length === 0) return response.redirect(303, only.href);
  renderLog(request, response, query, { entries: noEntries, matches: { users, hasMore }, person: null });
}

const noEntries: LogEntries = { days: [], count: 0, newer: null, older: null };

function renderLog(
  request: Request,
  response: Response,
  query: LogQuery,
  { entries, matches, person }: { entries: LogEntries } & Pick<LogPage, 'matches' | 'person'>,
): void {
  const scope = scopeOf(request);
  const firstPage = { ...query, after: null, before: null };
  const model: LogPage = {
    ...entries,
    matches,
    person,
    query,
    groups,
    retention: describeRetention(scope.rules),
    exportMode: actionModeOf(may(scope, 'activity.export')),
    notes: restrictionNotes(scope, ['activity.export']),
    allUsersHref: logHref({ ...firstPage, user: null }),
    csvHref: logHref(firstPage, paths.activityCsv),
    jsonLinesHref: logHref(firstPage, paths.activityJsonLines),
  };
  response.page('activity/log', model, { title: 'common:terms.activityLog', breadcrumbs });
}

async function filteredUser(
  deps: ActivityRoutesDependencies,
  scope: Scope,
  { user }: LogQuery,
): Promise<{ name: string | null } | null> {
  const { database } = deps;
  if (user === null) return null;
  const found = (await usersStore.find(database, scope, user)) ?? (await usersStore.findDeleted(database, scope, user));
  return { name: found?.displayName ?? null };
}
