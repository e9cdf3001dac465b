import type { Request, Response } from 'express';
import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { statusOf, type User } from '../../domain/people/user.ts';
import { paths, to } from '../http/paths.ts';
import { type Support, supportStore } from '../../core/support/index.ts';
import { wholeLog, activityStore } from '../../core/activity/index.ts';
import { findPendingApprovals } from '../../core/approvals/index.ts';
import { dashboardStore, usersStore } from '../../core/accounts/index.ts';
import { scopeOf, sessionOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { WordsFor } from '../activity/words.ts';
import { approvalItems, attentionOf } from './attention.ts';
import type { EverybodysDashboard, ManagersDashboard } from './dashboard.views.ts';
import { abilitiesOf } from '../profile/abilities.ts';
import { notesOf } from '../rules/notes.ts';
import { tilesFor } from './tiles.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

const latestShown = 5;

export interface DashboardRoutesDependencies {
  readonly database: Database;
  readonly support: Support;
  readonly wordsFor: WordsFor;
  readonly clock: () => number;
}

export function dashboardRoutes(deps: DashboardRoutesDependencies): Route[] {
  const handlers = bind(deps, { dashboard });
  return [{ method: 'get', path: paths.dashboard, access: 'dashboard.view', handle: handlers.dashboard }];
}

async function dashboard(deps: DashboardRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { database } = deps;
  const scope = scopeOf(request);
  const { user, tenant } = sessionOf(request);
  if (tenant.kind === 'operators' && scope.principal.kind !== 'support') return operators(deps, scope, user, response);
  const manages = may(scope, 'accountSettings.view').allowed;
  const globalAdmins = (await usersStore.findGlobalAdmins(database, scope)).filter((user) => canSignIn(deps, user));
  const own = { user, abilities: abilitiesOf(user) };
  const heading = { welcome: { name: user.displayName, tenant: scope.tenant.name }, tiles: tilesFor(scope) };
  if (manages) {
    // An operator's own levels say nothing about what they may do here.
    const roles = scope.principal.kind === 'support' ? null : own;
    const model = { ...heading, ...(await forManagers(deps, scope, globalAdmins)), roles };
    return response.page('dashboard/managers', model, { title });
  }
  const model = { ...heading, ...own, ...(await forEverybodyElse(deps, scope, globalAdmins)) };
  response.page('dashboard/everybody', model, { title });
}

const title = 'common:terms.dashboard';

async function operators(
  deps: DashboardRoutesDependencies,
  scope: Scope,
  user: User,
  response: Response,
): Promise<void> {
  const { support } = deps;
  const open = (await support.listAvailableGrants(scope)).map((grant) => ({
    ...grant,
    enterHref: to(paths.enterSupport, { grantId: grant.grantId }),
  }));
  response.page('dashboard/operators', { name: user.displayName, open }, { title });
}

async function forManagers(
  deps: DashboardRoutesDependencies,
  scope: Scope,
  globalAdmins: readonly User[],
): Promise<Pick<ManagersDashboard, 'attention' | 'notes' | 'support' | 'latest'>> {
  const { database, clock, wordsFor } = deps;
  const request = { filter: wholeLog, order: 'newestFirst', after: null, before: null, limit: latestShown } as const;
  const latest = may(scope, 'activity.view').allowed ? await activityStore.listEntries(database, scope, request) : [];
  return {
    attention: [
      ...approvalItems(await findPendingApprovals(database, scope, clock())),
      ...(await attentionOf(database, scope, globalAdmins.length, clock())),
    ],
    notes: notesOf(scope, ['users.add', 'users.import', 'users.resetPassword']),
    support: may(scope, 'support.view').allowed ? await supportStore.listOpen(database, scope, clock()) : [],
    latest: latest.map(({ activity }) => wordsFor(scope.language).entry(activity)),
  };
}

async function forEverybodyElse(
  deps: DashboardRoutesDependencies,
  scope: Scope,
  globalAdmins: readonly User[],
): Promise<Pick<EverybodysDashboard, 'helpers' | 'reset' | 'handOver'>> {
  const { database } = deps;
  const managers = (await dashboardStore.findManagers(database, scope)).filter((user) => canSignIn(deps, user));
  const { operations, handOver } = scope.rules;
  const reset = operations['users.resetPassword'];
  return { helpers: [...globalAdmins, ...managers], reset, handOver: handOver.by };
}

// Whoever lets a temporary password run out has to be helped themselves.
function canSignIn(deps: DashboardRoutesDependencies, user: User): boolean {
  const { clock } = deps;
  return statusOf(user, clock()) !== 'expired';
}
