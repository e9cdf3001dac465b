import type { Request, Response } from 'express';
import { may } from '../../domain/policy.ts';
import { paths } from '../../paths.ts';
import type { Stores } from '../../stores.ts';
import { scopeOf } from '../../web/request.ts';
import type { Route } from '../../web/routing.ts';

export function accountSettingsRoutes({ stores }: { stores: Stores }): Route[] {
  async function show(request: Request, response: Response): Promise<void> {
    const scope = scopeOf(request);
    const model = { tenant: await stores.tenants.findOwn(scope), rules: scope.rules, list: may(scope, 'users.list') };
    const breadcrumbs = [{ href: paths.dashboard, label: 'common:terms.dashboard' }];
    response.page('account-settings/account-settings', model, { title: 'common:terms.accountSettings', breadcrumbs });
  }

  return [{ method: 'get', path: paths.accountSettings, access: 'accountSettings.view', handle: show }];
}
