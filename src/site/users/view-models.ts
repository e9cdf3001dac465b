import type { Request } from 'express';
import type { User } from '../../domain/people/user.ts';
import { paths, to, userPath } from '../http/paths.ts';
import type { Crumb } from '../http/page-options.ts';
import { mayAssignLevels, may } from '../../domain/policy.ts';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import type { Scope } from '../../domain/scope.ts';
import { formerAdminProtection } from '../../domain/former-admin-protection.ts';
import { isSecondFactorRequired } from '../../domain/people/second-factor.ts';
import { reasonOf } from '../http/offers.ts';
import { wholeNoteOf } from '../rules/notes.ts';
import { actingUserId } from '../../domain/principal.ts';
import { isOffered, type PolicyDecision } from '../../domain/policy-decision.ts';
import type { DenialReason } from '../../domain/denial-reason.ts';

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

const nobody = { administratorLevel: 'none', agentLevel: 'none' } as const;

/**
 * The same judge as in the handlers: what it refuses is not offered.
 * @param user null for one who is being added
 * @returns the levels that the scope's actor may give, and why not the others
 */
export function levelsFor(scope: Scope, user: User | null) {
  const decisions = administratorLevels.map((administratorLevel) => ({
    administratorLevel,
    decision: mayAssignLevels(scope, user, { ...(user ?? nobody), administratorLevel }),
  }));
  // Nobody can agree to somebody who is not there yet: their level is asked for on their page.
  const isGiven = (decision: PolicyDecision): boolean => (user === null ? decision.allowed : isOffered(decision));
  const offered = decisions.filter(({ decision }) => isGiven(decision));
  const withheld = decisions.flatMap(({ decision }): DenialReason[] =>
    decision.allowed || isGiven(decision) ? [] : [decision.because],
  );
  return {
    administrator: offered.map(({ administratorLevel }) => administratorLevel),
    agent: agentLevels.filter(
      (agentLevel) => mayAssignLevels(scope, user, { ...(user ?? nobody), agentLevel }).allowed,
    ),
    own: user !== null && user.id === actingUserId(scope),
    // The last of them: a rule that keeps all levels back says more than what is said of Global admin alone.
    withheld: withheld.at(-1) ?? null,
  };
}

const actsOnUser = ['users.edit', 'users.block', 'users.endSessions', 'users.delete', 'users.resetPassword'] as const;

const reasonFor = (decision: PolicyDecision) => (isOffered(decision) || decision.allowed ? null : reasonOf(decision));

/**
 * @param reset the policy's decision on a new password for the user
 * @returns what a user's page offers, and why it does not offer the rest
 */
export function permissionsOf(scope: Scope, user: User, reset: PolicyDecision) {
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
      edit: reasonFor(edit),
      reset: reasonFor(reset),
      removeSecondFactor: hasSecondFactor ? reasonFor(removal) : null,
    },
    secondFactorRequired: isSecondFactorRequired(scope.rules, user.administratorLevel),
    former: formerAdminProtection(scope, 'resetPassword', user),
    withheld: wholeNoteOf(
      scope,
      user.secondFactorAt === null ? actsOnUser : [...actsOnUser, 'users.removeSecondFactor'],
      user,
    ),
  };
}
