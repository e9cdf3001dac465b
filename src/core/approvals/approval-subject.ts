import type { ApprovalSubject, ApprovalTarget } from '../../domain/approvals.ts';
import { actingUserId } from '../../domain/principal.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';

/** @returns the subject of a request. It contains the state of the affected users at the time of the request. */
export const subjectOf = (
  { log, own }: Pick<ApprovalSubject, 'log' | 'own'>,
  users: readonly User[],
): ApprovalSubject => ({
  users: users.map(({ id, epoch, administratorLevel, globalAdminUntil }): ApprovalTarget => ({
    id,
    epoch,
    administratorLevel,
    globalAdminUntil,
  })),
  log,
  own,
});

/** @returns whether two requests concern the same users and data */
export const isSame = (one: ApprovalSubject, other: ApprovalSubject): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** @returns the ID of the affected user if there is only one; null otherwise */
export const targetIdOf = ({ users }: ApprovalSubject): string | null =>
  users.length === 1 ? (users[0]?.id ?? null) : null;

/** @returns the acting user as the requester of a request that is not stored yet */
export const asRequester = (scope: Scope, epoch: number) => ({
  id: actingUserId(scope),
  epoch,
  name: '',
  username: '',
});
