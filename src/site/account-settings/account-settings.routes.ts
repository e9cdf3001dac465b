import type { Request, Response } from 'express';
import { describeNumbers } from '../rules/rule-descriptions.ts';
import { notFound } from '../../domain/errors.ts';
import { may } from '../../domain/policy.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { paths } from '../http/paths.ts';
import { scopeOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import { tenantsStore } from '../../core/accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import type { AccountSettingsPage } from './account-settings.views.ts';

export interface AccountSettingsRoutesDependencies {
  readonly database: Database;
  readonly regionRules: RegionRules;
}

export function accountSettingsRoutes(deps: AccountSettingsRoutesDependencies): Route[] {
  const handlers = bind(deps, { show });
  return [{ method: 'get', path: paths.accountSettings, access: 'accountSettings.view', handle: handlers.show }];
}

async function show(deps: AccountSettingsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { database, regionRules } = deps;
  const scope = scopeOf(request);
  const tenant = await tenantsStore.findOwn(database, scope);
  if (tenant === null) throw notFound();
  const numbers = describeNumbers(regionRules, scope.rules, tenant.ownRules);
  const list = may(scope, 'users.list');
  const model: AccountSettingsPage = {
    tenant,
    numbers,
    userManagementText: list.allowed ? 'account-settings:users.here' : `policy:${list.because}.title`,
    offers: {
      approvals: scope.rules.twoAdministrators.for.length > 0,
      support: may(scope, 'support.view').allowed,
    },
  };
  const breadcrumbs = [{ href: paths.dashboard, label: 'common:terms.dashboard' }];
  response.page('account-settings/account-settings', model, { title: 'common:terms.accountSettings', breadcrumbs });
}
