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
    /** Where it leads to something at all. */
    readonly only?: (scope: Scope) => boolean;
  })[];
}

const asksForTwo = ({ rules }: Scope): boolean => rules.twoAdministrators.for.length > 0;

const entries: readonly Entry[] = [
  { href: paths.dashboard, label: 'common:terms.dashboard', icon: 'home', action: 'dashboard.view', children: [] },
  {
    href: paths.accountSettings,
    label: 'common:terms.accountSettings',
    icon: 'settings',
    action: 'accountSettings.view',
    children: [
      { href: paths.users, label: 'common:terms.userManagement', action: 'users.list' },
      { href: paths.approvals, label: 'approvals:title', action: 'approvals.view', only: asksForTwo },
      { href: paths.activityLog, label: 'common:terms.activityLog', action: 'activity.view' },
      { href: paths.supportAccess, label: 'support:title', action: 'support.view' },
    ],
  },
  { href: paths.myProfile, label: 'common:terms.myProfile', icon: 'user-circle', action: 'profile.view', children: [] },
];

const isWithin = (path: string, href: string): boolean => path === href || path.startsWith(`${href}/`);

/** The side navigation of one reader: what the judge keeps from their level is not offered; what is elsewhere is, as a way to it. */
export function navigationFor(scope: Scope, path: string, t: (key: string) => string) {
  const offered = (action: Action): boolean => {
    const decision = may(scope, action);
    return decision.allowed || (decision.because !== 'level' && decision.because !== 'support');
  };
  const place = ({ href, label }: { href: string; label: string }) => ({
    href,
    label: t(label),
    current: path === href,
  });
  return entries
    .filter(({ action }) => offered(action))
    .map((entry) => ({
      ...place(entry),
      // A page below one, and below none of its children, is still within it, for the eye as for the ear.
      current: isWithin(path, entry.href) && !entry.children.some(({ href }) => isWithin(path, href)),
      icon: entry.icon,
      tx: isWithin(path, entry.href),
      children: entry.children
        .filter(({ action, only }) => offered(action) && only?.(scope) !== false)
        .map((child) => ({ ...place(child), current: isWithin(path, child.href) })),
    }));
}
