import { behindMs } from '../../../domain/approvals.ts';
import { mayDelete, type Target, type Verdict } from '../../../domain/policy.ts';
import type { Scope } from '../../../domain/scope.ts';
import { activityStore } from '../../activity/index.ts';
import type { Database } from '../../../platform/database/database.ts';
import { userBehind } from '../../../domain/principal.ts';

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * The judge's word on deleting users now. Inside a transaction with the tenant's lock it holds until that ends.
 * @param now epoch ms
 */
export async function mayDeleteNow(
  database: Database,
  scope: Scope,
  targets: readonly Target[],
  now: number,
): Promise<Verdict> {
  const counted = userBehind(scope.principal) !== null && scope.rules.twoAdministrators.for.includes('deleteMany');
  const since = { deleted: now - dayMs, letIn: now - behindMs };
  return mayDelete(scope, targets, counted ? await activityStore.countDeletions(database, scope, since) : 0);
}
