import type { Request, Response } from 'express';
import { may } from '../../domain/policy.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { Action } from '../../domain/roles.ts';
import { paths } from '../http/paths.ts';
import { scopeOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import { describeRules } from './rule-descriptions.ts';
import { responsibilityRows } from './responsibilities.ts';
import { bind } from '../../platform/bind.ts';

const requiredActions: Readonly<Record<string, Action>> = {
  [paths.users]: 'users.list',
  [paths.ownPassword]: 'password.change',
  [paths.activityLog]: 'activity.view',
  [paths.supportAccess]: 'support.view',
};

const breadcrumbs = [{ href: paths.dashboard, label: 'common:terms.dashboard' }];

/**
 * Creates the routes of the table of responsibilities, for signed-in users, and of the region's rules, for everyone.
 */
export function responsibilitiesRoutes(deps: RegionRules): Route[] {
  const handlers = bind(deps, { showRegion });
  return [
    { method: 'get', path: paths.responsibilities, access: 'dashboard.view', handle: showResponsibilities },
    { method: 'get', path: paths.region, access: 'anyone', handle: handlers.showRegion },
  ];
}

function showResponsibilities(request: Request, response: Response): void {
  const scope = scopeOf(request);
  // A row links to a page only if the user may open that page.
  const mayOpen = (href: string | null): boolean =>
    href !== null && may(scope, requiredActions[href] ?? 'dashboard.view').allowed;
  const rows = responsibilityRows(scope.rules).map((row) => ({ ...row, href: mayOpen(row.href) ? row.href : null }));
  response.page('rules/responsibilities', { rows }, { title: 'rules:where.title', breadcrumbs });
}

// The public page shows the region's rules without any tenant's rules.
function showRegion(deps: RegionRules, request: Request, response: Response): void {
  const rows = responsibilityRows(deps).map((row) => ({ ...row, href: null }));
  const model = { rows, groups: describeRules(deps, deps, {}), region: deps };
  // Omit the navigation while a password change is pending, because its links cannot be opened yet.
  const withoutNavigation = request.signedIn?.session.user.password === 'temporary';
  response.page('rules/region', model, { title: 'rules:region.title', withoutNavigation, breadcrumbs });
}
