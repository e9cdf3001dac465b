import type { Request, Response } from 'express';
import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { statusOf, type User } from '../../domain/people/user.ts';
import { paths, fillPath } from '../http/paths.ts';
import { type Support, supportStore } from '../../core/support/index.ts';
import { wholeLog, activityStore } from '../../core/activity/index.ts';
import { findPendingApprovals } from '../../core/approvals/index.ts';
import { dashboardStore, usersStore } from '../../core/accounts/index.ts';
import { scopeOf, sessionOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { ActivityTextsFor } from '../activity/entry-texts.ts';
import { approvalItems, attentionItems } from './attention.ts';
import type { UserDashboard, AdministratorDashboard } from './dashboard.views.ts';
import { abilitiesOf } from '../profile/abilities.ts';
import { restrictionNotes } from '../rules/restriction-notes.ts';
import { tilesFor } from './tiles.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

const maxLatestEntries = 5;

export interface DashboardRoutesDependencies {
  readonly database: Database;
  readonly support: Support;
  readonly textsFor: ActivityTextsFor;
  readonly clock: () => number;
}

export function dashboardRoutes(deps: DashboardRoutesDependencies): Route[] {
  const handlers = bind(deps, { showDashboard });
  return [{ method: 'get', path: paths.dashboard, access: 'dashboard.view', handle: handlers.showDashboard }];
}

async function showDashboard(deps: DashboardRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { database } = deps;
  const scope = scopeOf(request);
  const { user, tenant } = sessionOf(request);
  if (tenant.kind === 'operators' && scope.principal.kind !== 'support')
    return showOperatorDashboard(deps, scope, user, response);
  const isAdministrator = may(scope, 'accountSettings.view').allowed;
  const globalAdmins = (await usersStore.findGlobalAdmins(database, scope)).filter((user) => canSignIn(deps, user));
  const own = { user, abilities: abilitiesOf(user) };
  const heading = { welcome: { name: user.displayName, tenant: scope.tenant.name }, tiles: tilesFor(scope) };
  if (isAdministrator) {
    // An operator's own levels have no effect in a support session.
    const roles = scope.principal.kind === 'support' ? null : own;
    const model = { ...heading, ...(await administratorModel(deps, scope, globalAdmins)), roles };
    return response.page('dashboard/administrator', model, { title });
  }
  const model = { ...heading, ...own, ...(await userModel(deps, scope, globalAdmins)) };
  response.page('dashboard/user', model, { title });
}

const title = 'common:terms.dashboard';

async function showOperatorDashboard(
  deps: DashboardRoutesDependencies,
  scope: Scope,
  user: User,
  response: Response,
): Promise<void> {
  const { support } = deps;
  const openGrants = (await support.listAvailableGrants(scope)).map((grant) => ({
    ...grant,
    enterHref: fillPath(paths.enterSupport, { grantId: grant.grantId }),
  }));
  response.page('dashboard/operator', { name: user.displayName, openGrants }, { title });
}

async function administratorModel(
  deps: DashboardRoutesDependencies,
  scope: Scope,
  globalAdmins: readonly User[],
): Promise<Pick<AdministratorDashboard, 'attention' | 'notes' | 'support' | 'latestEntries'>> {
  const { database, clock, textsFor } = deps;
  const request = {
    filter: wholeLog,
    order: 'newestFirst',
    after: null,
    before: null,
    limit: maxLatestEntries,
  } as const;
  const latest = may(scope, 'activity.view').allowed ? await activityStore.listEntries(database, scope, request) : [];
  return {
    attention: [
      ...approvalItems(await findPendingApprovals(database, scope, clock())),
      ...(await attentionItems(database, scope, globalAdmins.length, clock())),
    ],
    notes: restrictionNotes(scope, ['users.add', 'users.import', 'users.resetPassword']),
    support: may(scope, 'support.view').allowed ? await supportStore.listOpen(database, scope, clock()) : [],
    latestEntries: latest.map(({ activity }) => textsFor(scope.language).entry(activity)),
  };
}

async function userModel(
  deps: DashboardRoutesDependencies,
  scope: Scope,
  globalAdmins: readonly User[],
): Promise<Pick<UserDashboard, 'contacts' | 'reset' | 'handOver'>> {
  const { database } = deps;
  const administrators = (await dashboardStore.findManagers(database, scope)).filter((user) => canSignIn(deps, user));
  const { operations, handOver } = scope.rules;
  const reset = operations['users.resetPassword'];
  return { contacts: [...globalAdmins, ...administrators], reset, handOver: handOver.by };
}

// Users whose temporary password or link has expired cannot sign in, so they are not listed as people who can help.
function canSignIn(deps: DashboardRoutesDependencies, user: User): boolean {
  const { clock } = deps;
  return statusOf(user, clock()) !== 'expired';
}
