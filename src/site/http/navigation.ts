import { may } from '../../domain/policy.ts';
import type { Action } from '../../domain/roles.ts';
import type { Scope } from '../../domain/scope.ts';
import { paths } from './paths.ts';

interface Entry {
  readonly href: string;
  readonly label: string;
  readonly icon: string;
  readonly action: Action;
  readonly children: readonly (Omit<Entry, 'icon' | 'children'> & {
    /** Whether the tenant's rules make the page relevant. Without this function, the page is always shown. */
    readonly isShown?: (scope: Scope) => boolean;
  })[];
}

const requiresApprovals = ({ rules }: Scope): boolean => rules.twoAdministrators.for.length > 0;

const entries: readonly Entry[] = [
  { href: paths.dashboard, label: 'common:terms.dashboard', icon: 'home', action: 'dashboard.view', children: [] },
  {
    href: paths.accountSettings,
    label: 'common:terms.accountSettings',
    icon: 'settings',
    action: 'accountSettings.view',
    children: [
      { href: paths.users, label: 'common:terms.userManagement', action: 'users.list' },
      { href: paths.approvals, label: 'approvals:title', action: 'approvals.view', isShown: requiresApprovals },
      { href: paths.activityLog, label: 'common:terms.activityLog', action: 'activity.view' },
      { href: paths.supportAccess, label: 'support:title', action: 'support.view' },
    ],
  },
  { href: paths.myProfile, label: 'common:terms.myProfile', icon: 'user-circle', action: 'profile.view', children: [] },
];

const isWithin = (path: string, href: string): boolean => path === href || path.startsWith(`${href}/`);

/**
 * Builds the side navigation for a user. It omits pages that the user's level does not allow, but includes functions
 * performed elsewhere, because their pages link to the place where they are performed.
 */
export function navigationFor(scope: Scope, path: string, t: (key: string) => string) {
  const offered = (action: Action): boolean => {
    const decision = may(scope, action);
    return decision.allowed || (decision.because !== 'level' && decision.because !== 'support');
  };
  const navigationLink = ({ href, label }: { href: string; label: string }) => ({
    href,
    label: t(label),
    current: path === href,
  });
  return entries
    .filter(({ action }) => offered(action))
    .map((entry) => ({
      ...navigationLink(entry),
      // An entry is current on its own page and on the pages below it, except those of its child entries.
      current: isWithin(path, entry.href) && !entry.children.some(({ href }) => isWithin(path, href)),
      icon: entry.icon,
      children: entry.children
        .filter(({ action, isShown }) => offered(action) && isShown?.(scope) !== false)
        .map((child) => ({ ...navigationLink(child), current: isWithin(path, child.href) })),
    }));
}
