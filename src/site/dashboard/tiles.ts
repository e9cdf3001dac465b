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

/** The shortcuts for administrators, each with the action that it requires. */
const administratorTiles: readonly (Tile & { readonly action: Action })[] = [
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

const personalTiles: readonly Tile[] = [
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

/**
 * @returns the shortcuts for the user; the one to user management is included even if users are managed elsewhere,
 * because its page links to the place where they are managed
 */
export function tilesFor(scope: Scope): Tile[] {
  const available = administratorTiles.flatMap(({ action, ...tile }) => {
    const decision = may(scope, action);
    if (decision.allowed) return [tile];
    const elsewhere = action === 'users.list' && decision.because !== 'level' && decision.because !== 'support';
    return elsewhere ? [{ ...tile, text: `policy:${decision.because}.title` }] : [];
  });
  return available.length > 0 ? available : [...personalTiles];
}
