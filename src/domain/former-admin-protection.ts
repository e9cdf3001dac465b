import type { Scope } from './scope.ts';
import type { User } from './people/user.ts';
import { approvalRuleOf, type ApprovalAction } from './approval-actions.ts';
import { formerAdminProtectionMs } from './regions.ts';

type Levels = Pick<User, 'administratorLevel' | 'globalAdminUntil'>;

/** When a user lost the Global admin level, and when the protection ends. Times in epoch ms. */
export interface FormerAdminProtection {
  readonly removedAt: number;
  readonly protectedUntil: number;
}

// Actions that would let the actor sign in as the user. Restoring a deleted user is excluded: it does not restore a
// revoked administrator level.
const takeoverActions: ReadonlySet<ApprovalAction> = new Set(['resetPassword', 'removeSecondFactor']);

/**
 * Protects users after they lose the Global admin level, for as many days as the region's rules set. Otherwise, one
 * administrator could remove the level and then take over the account without a second administrator's approval.
 * @returns the protection that applies to an action; null if none does
 */
export function formerAdminProtection(
  { rules, now }: Scope,
  act: ApprovalAction,
  user: Levels,
): FormerAdminProtection | null {
  const { administratorLevel, globalAdminUntil: removedAt } = user;
  if (act === 'loosenRules' || !takeoverActions.has(act) || !rules.twoAdministrators.for.includes(approvalRuleOf[act]))
    return null;
  if (administratorLevel === 'global' || removedAt === null) return null;
  const protectedUntil = removedAt + formerAdminProtectionMs(rules);
  return now < protectedUntil ? { removedAt, protectedUntil } : null;
}
