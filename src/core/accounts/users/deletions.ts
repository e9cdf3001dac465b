import { behindMs } from '../../../domain/approvals.ts';
import { mayDelete, type Target, type Verdict } from '../../../domain/policy.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { Stores } from '../../../stores.ts';

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * The judge's word on deleting users now. Inside a transaction with the tenant's lock it holds until that ends.
 * @param now epoch ms
 */
export async function mayDeleteNow(
  stores: Pick<Stores, 'activity'>,
  scope: Scope,
  targets: readonly Target[],
  now: number,
): Promise<Verdict> {
  const counted = scope.actor !== null && scope.rules.twoAdministrators.for.includes('deleteMany');
  const since = { deleted: now - dayMs, letIn: now - behindMs };
  return mayDelete(scope, targets, counted ? await stores.activity.countDeletions(scope, since) : 0);
}
