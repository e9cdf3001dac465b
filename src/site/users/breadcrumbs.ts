import type { Request } from 'express';
import type { User } from '../../domain/people/user.ts';
import { paths, to, userPath } from '../http/paths.ts';
import type { Crumb } from '../http/page-options.ts';

export const trail: Crumb[] = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.accountSettings, label: 'common:terms.accountSettings' },
];
/** The pages above a page of user management. */
export const inList: Crumb[] = [...trail, { href: paths.users, label: 'common:terms.userManagement' }];
/** The pages above a page about one user. */
export const ofUser = (user: User): Crumb[] => [
  ...inList,
  { href: userPath(user.id), label: { key: 'users:show.title', values: { name: user.displayName } } },
];

/** Every address of one user that a page about them links to. */
export function linksOf({ id }: User) {
  const at = (address: string): string => to(address, { userId: id });
  return {
    userHref: userPath(id),
    resetHref: at(paths.resetPassword),
    blockHref: at(paths.blockUser),
    unblockHref: at(paths.unblockUser),
    endSessionsHref: at(paths.endUserSessions),
    deleteHref: at(paths.deleteUser),
    restoreHref: at(paths.restoreUser),
    removeSecondFactorHref: at(paths.removeSecondFactor),
    eraseHref: at(paths.eraseUser),
    dataHref: at(paths.userData),
    dataFileHref: at(paths.userDataFile),
  };
}

export const userIdOf = (request: Request): string => String(request.params.userId);
