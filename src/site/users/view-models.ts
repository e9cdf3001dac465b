import type { Request } from 'express';
import type { Links } from '../../core/accounts/index.ts';
import type { Activity } from '../../domain/activity/event.ts';
import type { User } from '../../domain/people/user.ts';
import { paths, fillPath, userPath } from '../http/paths.ts';
import type { Breadcrumb } from '../http/page-options.ts';
import { mayAssignLevels, may } from '../../domain/policy.ts';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import type { Scope } from '../../domain/scope.ts';
import { formerAdminProtection } from '../../domain/former-admin-protection.ts';
import { isSecondFactorRequired } from '../../domain/people/second-factor.ts';
import { refusalReasonOf } from '../http/availability.ts';
import { commonRestrictionNote } from '../rules/restriction-notes.ts';
import { actingUserId } from '../../domain/principal.ts';
import { isOffered, type PolicyDecision } from '../../domain/policy-decision.ts';
import type { DenialReason } from '../../domain/denial-reason.ts';

type LatestLink = Awaited<ReturnType<Links['findLatest']>>;

/**
 * @param events the latest events of a user, newest first
 * @returns whether the mail server refused the email with the link that the user needs to sign in
 */
export function isLinkMailRefused(link: LatestLink, events: readonly Activity[]): boolean {
  if (link?.openedAt !== null) return false;
  const latest = events.find(({ event: { kind } }) => linkEvents.has(kind));
  return latest?.event.kind === 'link.mailRefused';
}

const linkEvents: ReadonlySet<string> = new Set(['link.mailRefused', 'password.reset', 'password.issued']);

export const settingsBreadcrumbs: Breadcrumb[] = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.accountSettings, label: 'common:terms.accountSettings' },
];
/** The breadcrumbs of pages below the user list. */
export const userListBreadcrumbs: Breadcrumb[] = [
  ...settingsBreadcrumbs,
  { href: paths.users, label: 'common:terms.userManagement' },
];
/** The breadcrumbs of pages below a user's page. */
export const userBreadcrumbs = (user: User): Breadcrumb[] => [
  ...userListBreadcrumbs,
  { href: userPath(user.id), label: { key: 'users:show.title', values: { name: user.displayName } } },
];

/** @returns the links to a user's page and to the actions on the user */
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
 * Decides which levels a form offers with the same policy as the route that saves them, so that each offered level can
 * be saved.
 * @param user the user being edited; null if a user is being added
 * @param isNeeded whether the user is a required approver: a Global admin who must remain so that requests can be
 * approved
 * @returns the levels that the actor may assign, and why the other levels are missing
 */
export function assignableLevels(scope: Scope, user: User | null, isNeeded = false) {
  const decisions = administratorLevels.map((administratorLevel) => ({
    administratorLevel,
    decision: mayAssignLevels(scope, user, { ...(user ?? noLevels), administratorLevel }),
  }));
  // A level that needs approval cannot be requested for a user who does not exist yet, but it can be requested later on
  // that user's page.
  const isAssignable = (decision: PolicyDecision): boolean => (user === null ? decision.allowed : isOffered(decision));
  const offered = decisions.filter(
    ({ administratorLevel, decision }) => isAssignable(decision) && !(isNeeded && administratorLevel !== 'global'),
  );
  const withheld = decisions.flatMap(({ decision }): DenialReason[] =>
    decision.allowed || isAssignable(decision) ? [] : [decision.because],
  );
  return {
    administrator: offered.map(({ administratorLevel }) => administratorLevel),
    agent: agentLevels.filter(
      (agentLevel) => mayAssignLevels(scope, user, { ...(user ?? noLevels), agentLevel }).allowed,
    ),
    own: user !== null && user.id === actingUserId(scope),
    // Prefer the last reason: a rule that restricts all levels explains more than one that restricts only Global admin.
    restriction: isNeeded ? ('lastApprovers' as const) : (withheld.at(-1) ?? null),
  };
}

const userActions = ['users.edit', 'users.block', 'users.endSessions', 'users.delete', 'users.resetPassword'] as const;

const refusalReasonFor = (decision: PolicyDecision) =>
  isOffered(decision) || decision.allowed ? null : refusalReasonOf(decision);

/**
 * @param reset the policy's decision on resetting the user's password
 * @param isNeeded whether the user is a required approver; see `assignableLevels`
 * @returns the actions that the user's page offers, and why the other actions are missing
 */
export function permissionsOf(
  scope: Scope,
  user: User,
  { reset, isNeeded }: { readonly reset: PolicyDecision; readonly isNeeded: boolean },
) {
  const mayBlock = may(scope, 'users.block', user).allowed;
  const edit = may(scope, 'users.edit', user);
  const removal = may(scope, 'users.removeSecondFactor', user);
  const hasSecondFactor = user.secondFactorAt !== null;
  return {
    offers: {
      edit: edit.allowed,
      block: mayBlock && user.state === 'active' && !isNeeded,
      unblock: mayBlock && user.state === 'blocked',
      remove: may(scope, 'users.delete', user).allowed && !isNeeded,
      endSessions: may(scope, 'users.endSessions', user).allowed,
      data: may(scope, 'personalData.view', user).allowed,
      reset: isOffered(reset) && !isNeeded,
      removeSecondFactor: hasSecondFactor && isOffered(removal) && !isNeeded,
      ownSecurity: !removal.allowed && removal.because === 'self',
    },
    reasons: {
      edit: refusalReasonFor(edit),
      reset: refusalReasonFor(reset),
      removeSecondFactor: hasSecondFactor ? refusalReasonFor(removal) : null,
    },
    secondFactorRequired: isSecondFactorRequired(scope.rules, user.administratorLevel),
    formerGlobalAdmin: formerAdminProtection(scope, 'resetPassword', user),
    restriction: commonRestrictionNote(
      scope,
      user.secondFactorAt === null ? userActions : [...userActions, 'users.removeSecondFactor'],
      user,
    ),
  };
}
