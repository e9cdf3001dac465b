import { accountControlMs, hasIndependentPair, independenceCheck } from '../../../domain/approvals.ts';
import { userOf } from '../../../domain/principal.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { activityStore } from '../../activity/index.ts';
import type { Database } from '../../../platform/database/database.ts';
import * as approversStore from '../stores/approvers.store.ts';

/**
 * Decides whether the tenant can do without a Global admin as an approver. If it returns true, later calls treat that
 * user as removed.
 * @returns false if no two Global admins who can approve each other's requests would remain
 */
export type SpareApprover = (user: User) => boolean;

const spareAnyone: SpareApprover = () => true;

/**
 * Loads the Global admins who can approve each other's requests. The operator, jobs and tenants without approvals are
 * not restricted, nor are tenants in which no one can approve requests anyway.
 * @param now the current time, epoch ms
 */
export async function loadSpareApprover(database: Database, scope: Scope, now: number): Promise<SpareApprover> {
  if (userOf(scope.principal) === null || scope.rules.twoAdministrators.for.length === 0) return spareAnyone;
  const { ids, areIndependent } = await loadApprovers(database, scope, now);
  if (!hasIndependentPair(ids, areIndependent)) return spareAnyone;
  const remaining = new Set(ids);
  return ({ id }) => {
    if (!remaining.has(id)) return true;
    remaining.delete(id);
    const isSpare = hasIndependentPair([...remaining], areIndependent);
    if (!isSpare) remaining.add(id);
    return isSpare;
  };
}

/**
 * Finds the required approvers among these users. If they were demoted, blocked or deleted, or if an administrator
 * replaced their sign-in details, no two Global admins who can approve each other's requests would remain. While the
 * tenant is locked, the result remains valid until the transaction ends.
 * @param now the current time, epoch ms
 */
export async function findIndispensable<U extends User>(
  database: Database,
  scope: Scope,
  users: readonly U[],
  now: number,
): Promise<U[]> {
  const candidates = users.filter((user) => user.administratorLevel === 'global' && user.state === 'active');
  if (candidates.length === 0) return [];
  const spare = await loadSpareApprover(database, scope, now);
  return candidates.filter((user) => !spare(user));
}

/** @returns whether the user is a required approver (see `findIndispensable`) */
export const isIndispensable = async (database: Database, scope: Scope, user: User, now: number): Promise<boolean> =>
  (await findIndispensable(database, scope, [user], now)).length > 0;

/**
 * @param now the current time, epoch ms
 * @returns whether two Global admins can approve each other's requests
 */
export async function hasApprovers(database: Database, scope: Scope, now: number): Promise<boolean> {
  const { ids, areIndependent } = await loadApprovers(database, scope, now);
  return hasIndependentPair(ids, areIndependent);
}

async function loadApprovers(database: Database, scope: Scope, now: number) {
  const ids = await approversStore.listIds(database, scope);
  const controllers = await activityStore.findAccountControllers(database, scope, now - accountControlMs);
  return { ids, areIndependent: independenceCheck(controllers) };
}
