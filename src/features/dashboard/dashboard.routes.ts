import type { Request, Response } from 'express';
import { may, type Verdict } from '../../domain/policy.ts';
import { statusOf } from '../../domain/user.ts';
import { paths } from '../../paths.ts';
import type { Stores } from '../../stores.ts';
import { scopeOf } from '../../web/request.ts';
import type { Route } from '../../web/routing.ts';

const fewestGlobalAdmins = 2;

const managersTiles = [
  { href: paths.users, icon: 'users', title: 'common:terms.userManagement', text: 'dashboard:tile.users' },
  {
    href: paths.accountSettings,
    icon: 'settings',
    title: 'common:terms.accountSettings',
    text: 'dashboard:tile.accountSettings',
  },
];
const everybodysTiles = [
  { href: paths.myProfile, icon: 'user-circle', title: 'common:terms.myProfile', text: 'dashboard:tile.myProfile' },
  { href: paths.ownPassword, icon: 'key', title: 'common:terms.changePassword', text: 'dashboard:tile.changePassword' },
];

/** Where the region keeps user management to another place, the tile says so before it is followed. */
function tilesFor(list: Verdict) {
  if (list.allowed) return [...managersTiles, ...everybodysTiles];
  if (list.because === 'level') return everybodysTiles;
  const text = `policy:${list.because}.title`;
  return [...managersTiles.map((tile) => (tile.href === paths.users ? { ...tile, text } : tile)), ...everybodysTiles];
}

export function dashboardRoutes({ stores, clock }: { stores: Stores; clock: () => number }): Route[] {
  async function dashboard(request: Request, response: Response): Promise<void> {
    const scope = scopeOf(request);
    const admins = (await stores.users.findGlobalAdmins(scope)).filter((user) => statusOf(user, clock()) !== 'expired');
    const list = may(scope, 'users.list');
    const managesUsers = list.allowed || list.because !== 'level';
    const model = {
      tiles: tilesFor(list),
      managesUsers,
      tooFewGlobalAdmins: managesUsers && admins.length < fewestGlobalAdmins,
      admins,
      administratorLevel: scope.actor?.administratorLevel,
      agentLevel: scope.actor?.agentLevel,
    };
    response.page('dashboard/dashboard', model, { title: 'common:terms.dashboard' });
  }

  return [{ method: 'get', path: paths.dashboard, access: 'dashboard.view', handle: dashboard }];
}
