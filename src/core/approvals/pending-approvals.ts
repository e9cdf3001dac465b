import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { canDecide, loadIndependenceCheck } from './approval-policy.ts';
import type { Approval } from './approvals.mapping.ts';
import * as approvalsStore from './approvals.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { actingUserId } from '../../domain/principal.ts';

/** Requests that the reader can answer, that were approved for them, and that were declined within a day. */
export interface PendingApprovals {
  readonly waiting: readonly Approval[];
  readonly confirmed: readonly Approval[];
  readonly declined: readonly Approval[];
}

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * What waits for the reader on their dashboard: requests that they could answer, and what became of their own.
 * Nothing is asked of the database where the rules ask for no second administrator.
 * @param now epoch ms
 */
export async function findPendingApprovals(database: Database, scope: Scope, now: number): Promise<PendingApprovals> {
  if (scope.rules.twoAdministrators.for.length === 0 || !may(scope, 'approvals.view').allowed)
    return { waiting: [], confirmed: [], declined: [] };
  const [live, declined] = await Promise.all([
    Array.fromAsync(approvalsStore.listPending(database, scope)),
    approvalsStore.listDeclined(database, scope, now - dayMs),
  ]);
  const present = live.filter(({ expiresAt }) => expiresAt > now);
  const able = present.filter((each) => each.state === 'open' && canDecide(scope, each));
  // Mostly there is nothing to look further at.
  const areTwo = able.length > 0 ? await loadIndependenceCheck(database, scope, now) : () => true;
  const waiting = able.filter(({ requester }) => areTwo(requester.id, actingUserId(scope)));
  const confirmed = present.filter((each) => each.state === 'confirmed' && each.requester.id === actingUserId(scope));
  return { waiting, confirmed, declined };
}
