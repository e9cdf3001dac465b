import { may } from '../../domain/policy.ts';
import type { Action } from '../../domain/roles.ts';
import type { Scope } from '../../domain/scope.ts';
import { paths } from '../http/paths.ts';

export interface Tile {
  readonly href: string;
  readonly icon: string;
  readonly title: string;
  readonly text: string;
}

/** The quick ways in of those who manage something, each with what one must be allowed for it. */
const managersWays: readonly (Tile & { readonly action: Action })[] = [
  {
    href: paths.users,
    action: 'users.list',
    icon: 'users',
    title: 'common:terms.userManagement',
    text: 'dashboard:tile.users',
  },
  {
    href: paths.newUser,
    action: 'users.add',
    icon: 'user-plus',
    title: 'common:terms.addUser',
    text: 'dashboard:tile.newUser',
  },
  {
    href: paths.importUsers,
    action: 'users.import',
    icon: 'upload',
    title: 'common:terms.import',
    text: 'dashboard:tile.importUsers',
  },
  {
    href: paths.activityLog,
    action: 'activity.view',
    icon: 'history',
    title: 'common:terms.activityLog',
    text: 'activity:log.about',
  },
  {
    href: paths.accountSettings,
    action: 'accountSettings.view',
    icon: 'settings',
    title: 'common:terms.accountSettings',
    text: 'dashboard:tile.accountSettings',
  },
];

const ownWays: readonly Tile[] = [
  {
    href: paths.myProfile,
    icon: 'user-circle',
    title: 'common:terms.myProfile',
    text: 'dashboard:tile.myProfile',
  },
  {
    href: paths.ownPassword,
    icon: 'key',
    title: 'common:terms.changePassword',
    text: 'dashboard:tile.changePassword',
  },
];

/** @returns the ways that lead somewhere for this reader; the tile of the list says itself where it leads to another place */
export function tilesFor(scope: Scope): Tile[] {
  const ways = managersWays.flatMap(({ action, ...tile }) => {
    const decision = may(scope, action);
    if (decision.allowed) return [tile];
    const elsewhere = action === 'users.list' && decision.because !== 'level' && decision.because !== 'support';
    return elsewhere ? [{ ...tile, text: `policy:${decision.because}.title` }] : [];
  });
  return ways.length > 0 ? ways : [...ownWays];
}
