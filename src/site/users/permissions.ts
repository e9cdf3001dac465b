import { formerGlobalAdmin } from '../../domain/former-global-admin.ts';
import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { isSecondFactorRequired } from '../../domain/people/second-factor.ts';
import type { User } from '../../domain/people/user.ts';
import { wholeNoteOf } from '../rules/notes.ts';

const actsOnUser = ['users.edit', 'users.block', 'users.endSessions', 'users.delete', 'users.resetPassword'] as const;

/** @returns the policy's verdict on everything that a user's page offers */
export function permissionsOf(scope: Scope, user: User) {
  return {
    edit: may(scope, 'users.edit', user),
    block: may(scope, 'users.block', user),
    remove: may(scope, 'users.delete', user),
    endSessions: may(scope, 'users.endSessions', user),
    removeSecondFactor: may(scope, 'users.removeSecondFactor', user),
    secondFactorRequired: isSecondFactorRequired(scope.rules, user.administratorLevel),
    data: may(scope, 'personalData.view', user),
    former: formerGlobalAdmin(scope, 'resetPassword', user),
    withheld: wholeNoteOf(
      scope,
      user.secondFactorAt === null ? actsOnUser : [...actsOnUser, 'users.removeSecondFactor'],
      user,
    ),
  };
}
