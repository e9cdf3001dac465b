import { isApprovalInForce } from '../../domain/approvals.ts';
import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { canDecide, loadIndependenceCheck } from './approval-policy.ts';
import type { Approval } from './approvals.mapping.ts';
import * as approvalsStore from './approvals.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { actingUserId } from '../../domain/principal.ts';

/**
 * The requests that the user can approve or decline (`waiting`), and the user's requests that were approved, or were
 * declined within the last day.
 */
export interface PendingApprovals {
  readonly waiting: readonly Approval[];
  readonly confirmed: readonly Approval[];
  readonly declined: readonly Approval[];
}

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * Finds the requests to show on the user's dashboard: those that the user can approve or decline, and decisions on the
 * user's requests. If the rules do not require approvals, the database is not queried.
 * @param now the current time, epoch ms
 */
export async function findPendingApprovals(database: Database, scope: Scope, now: number): Promise<PendingApprovals> {
  if (scope.rules.twoAdministrators.for.length === 0 || !may(scope, 'approvals.view').allowed)
    return { waiting: [], confirmed: [], declined: [] };
  const [live, declined] = await Promise.all([
    Array.fromAsync(approvalsStore.listPending(database, scope)),
    approvalsStore.listDeclined(database, scope, now - dayMs),
  ]);
  const present = live.filter((each) => isApprovalInForce(each, now));
  const authorized = present.filter((each) => each.state === 'open' && canDecide(scope, each));
  // Usually no request is waiting for the user. Skip the query in this case.
  const areIndependent = authorized.length > 0 ? await loadIndependenceCheck(database, scope, now) : () => true;
  const waiting = authorized.filter(({ requester }) => areIndependent(requester.id, actingUserId(scope)));
  const confirmed = present.filter((each) => each.state === 'confirmed' && each.requester.id === actingUserId(scope));
  return { waiting, confirmed, declined };
}
