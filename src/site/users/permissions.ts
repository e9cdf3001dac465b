import { formerGlobalAdmin } from '../../domain/former-global-admin.ts';
import { isOffered, may, type Verdict } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { isSecondFactorRequired } from '../../domain/people/second-factor.ts';
import type { User } from '../../domain/people/user.ts';
import { reasonOf } from '../http/offers.ts';
import { wholeNoteOf } from '../rules/notes.ts';

const actsOnUser = ['users.edit', 'users.block', 'users.endSessions', 'users.delete', 'users.resetPassword'] as const;

const reasonFor = (verdict: Verdict) => (isOffered(verdict) || verdict.allowed ? null : reasonOf(verdict));

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
      edit: reasonFor(edit),
      reset: reasonFor(reset),
      removeSecondFactor: hasSecondFactor ? reasonFor(removal) : null,
    },
    secondFactorRequired: isSecondFactorRequired(scope.rules, user.administratorLevel),
    former: formerGlobalAdmin(scope, 'resetPassword', user),
    withheld: wholeNoteOf(
      scope,
      user.secondFactorAt === null ? actsOnUser : [...actsOnUser, 'users.removeSecondFactor'],
      user,
    ),
  };
}
