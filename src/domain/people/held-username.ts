import { restoreWindowMs, type RegionRules } from '../regions.ts';
import type { User } from './user.ts';

type Holder = Pick<User, 'state' | 'deletedAt'>;
type Rules = Pick<RegionRules, 'restoreWindowDays'>;

/**
 * @returns the end of the period in which a deleted user can be restored, epoch ms; null if it has passed or the user
 * is not deleted
 */
function restorableUntil(rules: Rules, user: Holder, now: number): number | null {
  const until = (user.deletedAt ?? 0) + restoreWindowMs(rules);
  return user.state === 'deleted' && until > now ? until : null;
}

/**
 * @param holder the user of the tenant who has the user name; null if it is a user of another tenant
 * @param now the current time, epoch ms
 * @returns the error code for adding a user with a user name that is in use
 */
export const heldUsernameCode = (
  rules: Rules,
  holder: Holder | null,
  now: number,
): 'username.ofDeletedUser' | 'username.taken' =>
  holder !== null && restorableUntil(rules, holder, now) !== null ? 'username.ofDeletedUser' : 'username.taken';
