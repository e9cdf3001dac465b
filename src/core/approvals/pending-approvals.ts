import { isApprovalInForce } from '../../domain/approvals.ts';
import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { canDecide, loadIndependenceCheck } from './approval-policy.ts';
import type { Approval } from './approvals.mapping.ts';
import * as approvalsStore from './approvals.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { actingUserId } from '../../domain/principal.ts';

/** Requests that the user can approve or decline, and their own requests that were approved, or declined within the last day. */
export interface PendingApprovals {
  readonly waiting: readonly Approval[];
  readonly confirmed: readonly Approval[];
  readonly declined: readonly Approval[];
}

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * Finds the requests to show on the user's dashboard: requests they can approve or decline, and decisions on their own
 * requests. Does not query the database if the rules do not require approvals.
 * @param now epoch ms
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
  // Skip the query in the common case that no request is waiting for this user.
  const areIndependent = authorized.length > 0 ? await loadIndependenceCheck(database, scope, now) : () => true;
  const waiting = authorized.filter(({ requester }) => areIndependent(requester.id, actingUserId(scope)));
  const confirmed = present.filter((each) => each.state === 'confirmed' && each.requester.id === actingUserId(scope));
  return { waiting, confirmed, declined };
}
