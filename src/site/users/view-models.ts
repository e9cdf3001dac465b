import type { Request } from 'express';
import type { User } from '../../domain/people/user.ts';
import { paths, fillPath, userPath } from '../http/paths.ts';
import type { Breadcrumb } from '../http/page-options.ts';
import { mayGive, may } from '../../domain/policy.ts';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import type { Scope } from '../../domain/scope.ts';
import { formerGlobalAdmin } from '../../domain/former-global-admin.ts';
import { isSecondFactorRequired } from '../../domain/people/second-factor.ts';
import { refusalReasonOf } from '../http/availability.ts';
import { commonRestrictionNote } from '../rules/restriction-notes.ts';
import { actingUserId } from '../../domain/principal.ts';
import { isOffered, type Verdict } from '../../domain/verdict.ts';
import type { Refusal } from '../../domain/refusal.ts';

export const settingsBreadcrumbs: Breadcrumb[] = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.accountSettings, label: 'common:terms.accountSettings' },
];
/** The pages above a page of user management. */
export const userListBreadcrumbs: Breadcrumb[] = [
  ...settingsBreadcrumbs,
  { href: paths.users, label: 'common:terms.userManagement' },
];
/** The pages above a page about one user. */
export const userBreadcrumbs = (user: User): Breadcrumb[] => [
  ...userListBreadcrumbs,
  { href: userPath(user.id), label: { key: 'users:show.title', values: { name: user.displayName } } },
];

/** Every address of one user that a page about them links to. */
export function userLinks({ id }: User) {
  const at = (address: string): string => fillPath(address, { userId: id });
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

const noLevels = { administratorLevel: 'none', agentLevel: 'none' } as const;

/**
 * The same judge as in the handlers: what it refuses is not offered.
 * @param user null for one who is being added
 * @returns the levels that the scope's actor may give, and why not the others
 */
export function assignableLevels(scope: Scope, user: User | null) {
  const verdicts = administratorLevels.map((administratorLevel) => ({
    administratorLevel,
    verdict: mayGive(scope, user, { ...(user ?? noLevels), administratorLevel }),
  }));
  // Nobody can agree to somebody who is not there yet: their level is asked for on their page.
  const isAssignable = (verdict: Verdict): boolean => (user === null ? verdict.allowed : isOffered(verdict));
  const offered = verdicts.filter(({ verdict }) => isAssignable(verdict));
  const withheld = verdicts.flatMap(({ verdict }): Refusal[] =>
    verdict.allowed || isAssignable(verdict) ? [] : [verdict.because],
  );
  return {
    administrator: offered.map(({ administratorLevel }) => administratorLevel),
    agent: agentLevels.filter((agentLevel) => mayGive(scope, user, { ...(user ?? noLevels), agentLevel }).allowed),
    own: user !== null && user.id === actingUserId(scope),
    // The last of them: a rule that keeps all levels back says more than what is said of Global admin alone.
    restriction: withheld.at(-1) ?? null,
  };
}

const userActions = ['users.edit', 'users.block', 'users.endSessions', 'users.delete', 'users.resetPassword'] as const;

const refusalReasonFor = (verdict: Verdict) =>
  isOffered(verdict) || verdict.allowed ? null : refusalReasonOf(verdict);

/**
 * @param reset the policy's verdict on a new password for the user
 * @returns what a user's page offers, and why it does not offer the rest
 */
export function permissionsOf(scope: Scope, user: User, reset: Verdict) {
  const mayBlock = may(scope, 'users.block', user).allowed;
  const edit = may(scope, 'users.edit', user);
  const removal = may(scope, 'users.removeSecondFactor', user);
  const hasSecondFactor = user.secondFactorAt !== null;
  return {
    offers: {
      edit: edit.allowed,
      block: mayBlock && user.state === 'active',
      unblock: mayBlock && user.state === 'blocked',
      remove: may(scope, 'users.delete', user).allowed,
      endSessions: may(scope, 'users.endSessions', user).allowed,
      data: may(scope, 'personalData.view', user).allowed,
      reset: isOffered(reset),
      removeSecondFactor: hasSecondFactor && isOffered(removal),
      ownSecurity: !removal.allowed && removal.because === 'self',
    },
    reasons: {
      edit: refusalReasonFor(edit),
      reset: refusalReasonFor(reset),
      removeSecondFactor: hasSecondFactor ? refusalReasonFor(removal) : null,
    },
    secondFactorRequired: isSecondFactorRequired(scope.rules, user.administratorLevel),
    formerGlobalAdmin: formerGlobalAdmin(scope, 'resetPassword', user),
    restriction: commonRestrictionNote(
      scope,
      user.secondFactorAt === null ? userActions : [...userActions, 'users.removeSecondFactor'],
      user,
    ),
  };
}
