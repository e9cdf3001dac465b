import type { Scope } from './scope.ts';
import type { User } from './people/user.ts';
import { approvalRuleOf, type ApprovalAction } from './approval-actions.ts';

/** How long the protection of a Global admin outlasts the level, in ms: 30 days. */
const formerGlobalAdminMs = 30 * 24 * 60 * 60 * 1_000;

type Levels = Pick<User, 'administratorLevel' | 'globalAdminUntil'>;

/** The protection that outlasts the level, in epoch ms. */
export interface FormerAdminProtection {
  readonly removedAt: number;
  /** From then on nothing is protected. */
  readonly protectedUntil: number;
}

// What would let the actor sign in as that user. Restoring is not among it: it gives back no level that was removed.
const takesOver: ReadonlySet<ApprovalAction> = new Set(['resetPassword', 'removeSecondFactor']);

/**
 * Otherwise one administrator could remove the level first, and then do alone what takes two.
 * @returns why an act is guarded as if the user were still a Global admin; null where it is not
 */
export function formerAdminProtection(
  { rules, now }: Scope,
  act: ApprovalAction,
  user: Levels,
): FormerAdminProtection | null {
  const { administratorLevel, globalAdminUntil: removedAt } = user;
  if (act === 'loosenRules' || !takesOver.has(act) || !rules.twoAdministrators.for.includes(approvalRuleOf[act]))
    return null;
  if (administratorLevel === 'global' || removedAt === null) return null;
  const protectedUntil = removedAt + formerGlobalAdminMs;
  return now < protectedUntil ? { removedAt, protectedUntil } : null;
}
