import type { Request, Response } from 'express';
import { may } from '../../domain/policy.ts';
import { administratorAbilities, agentAbilities } from '../profile/abilities.ts';
import type { Scope } from '../../domain/scope.ts';
import { statusOf, type User } from '../../domain/people/user.ts';
import { paths, to } from '../http/paths.ts';
import { type Support, supportStore } from '../../core/support/index.ts';
import { wholeLog, activityStore } from '../../core/activity/index.ts';
import { approvalsToLookAt } from '../../core/approvals/index.ts';
import { dashboardStore, usersStore } from '../../core/accounts/index.ts';
import { scopeOf, sessionOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { WordsFor } from '../activity/words.ts';
import { approvalItems, attentionOf } from './attention.ts';
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
  if (tenant.kind === 'operators' && scope.principal.kind !== 'support') return operators(deps, scope, response);
  const manages = may(scope, 'accountSettings.view').allowed;
  const globalAdmins = (await usersStore.findGlobalAdmins(database, scope)).filter((user) => canSignIn(deps, user));
  const model = {
    tiles: tilesFor(scope),
    ...(manages ? await forManagers(deps, scope, globalAdmins) : await forEverybodyElse(deps, scope, globalAdmins)),
    // An operator's own levels say nothing of what they may do in here.
    user: scope.principal.kind === 'support' ? null : user,
    abilities: {
      administrator: administratorAbilities[user.administratorLevel],
      agent: agentAbilities[user.agentLevel],
    },
  };
  response.page(manages ? 'dashboard/managers' : 'dashboard/everybody', model, { title: 'common:terms.dashboard' });
}

async function operators(deps: DashboardRoutesDependencies, scope: Scope, response: Response): Promise<void> {
  const { support } = deps;
  const open = (await support.openTo(scope)).map((grant) => ({
    ...grant,
    enterHref: to(paths.enterSupport, { grantId: grant.grantId }),
  }));
  response.page('dashboard/operators', { open }, { title: 'common:terms.dashboard' });
}

async function forManagers(
  deps: DashboardRoutesDependencies,
  scope: Scope,
  globalAdmins: readonly User[],
): Promise<object> {
  const { database, clock, wordsFor } = deps;
  const request = { filter: wholeLog, order: 'newestFirst', behind: null, before: null, limit: latestShown } as const;
  const latest = may(scope, 'activity.view').allowed ? await activityStore.stretch(database, scope, request) : [];
  return {
    attention: [
      ...approvalItems(await approvalsToLookAt(database, scope, clock())),
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
): Promise<object> {
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
