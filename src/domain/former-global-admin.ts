import type { Scope } from './scope.ts';
import type { User } from './people/user.ts';
import { guardOf, type ApprovalAct } from './approval-acts.ts';

/** How long the protection of a Global admin outlasts the level, in ms: 30 days. */
const formerGlobalAdminMs = 30 * 24 * 60 * 60 * 1_000;

type Levels = Pick<User, 'administratorLevel' | 'globalAdminUntil'>;

/** The protection that outlasts the level, in epoch ms. */
export interface FormerGlobalAdmin {
  readonly removedAt: number;
  /** From then on nothing is protected. */
  readonly protectedUntil: number;
}

// What would let the actor sign in as that user. Restoring is not among it: it gives back no level that was removed.
const takesOver: ReadonlySet<ApprovalAct> = new Set(['resetPassword', 'removeSecondFactor']);

/**
 * Otherwise one administrator could remove the level first, and then do alone what takes two.
 * @returns why an act is guarded as if the user were still a Global admin; null where it is not
 */
export function formerGlobalAdmin({ rules, now }: Scope, act: ApprovalAct, user: Levels): FormerGlobalAdmin | null {
  const { administratorLevel, globalAdminUntil: removedAt } = user;
  if (act === 'loosenRules' || !takesOver.has(act) || !rules.twoAdministrators.for.includes(guardOf[act])) return null;
  if (administratorLevel === 'global' || removedAt === null) return null;
  const protectedUntil = removedAt + formerGlobalAdminMs;
  return now < protectedUntil ? { removedAt, protectedUntil } : null;
}
