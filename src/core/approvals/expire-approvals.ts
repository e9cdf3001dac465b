import type { Job } from '../../platform/background-jobs.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import { type Tenants, tenantsStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import { findExpiryReason } from './approval-policy.ts';
import type { Approval } from './approvals.mapping.ts';
import type { ExpiryReason } from '../../domain/approval-actions.ts';
import * as approvalsStore from './approvals.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { job } from '../../domain/principal.ts';

const everyMs = 60_000;

/** @returns the data that all events about a request contain */
export const toEventData = ({ id, act, subject }: Pick<Approval, 'id' | 'act' | 'subject'>) => ({
  approval: id,
  act,
  count: subject.users.length,
  about: subject.users.map(({ id: userId, administratorLevel, globalAdminUntil }) => ({
    id: userId,
    administratorLevel,
    ...(globalAdminUntil ? { globalAdminUntil } : {}),
  })),
});

/**
 * Expires a request that is no longer valid, and records the background job as the actor.
 * @param at the time of expiry, epoch ms
 */
export async function expire(
  tx: Database,
  scope: Scope,
  approval: Approval,
  expiredBy: ExpiryReason,
  at: number,
): Promise<void> {
  if (!(await approvalsStore.transition(tx, scope, approval, { state: 'lapsed', endedAt: at, expiredBy }))) return;
  const event = { kind: 'approval.lapsed', by: expiredBy, ...toEventData(approval) } as const;
  const portal = createScope({ ...scope, principal: job('approvals'), address: null });
  await activityStore.record(tx, portal, event, approval.requester.id, at);
}

export interface ApprovalExpiryDependencies {
  readonly database: Database;
  readonly tenants: Pick<Tenants, 'scopeFor'>;
  readonly clock: () => number;
}

/**
 * @returns the background job that expires requests that are no longer valid. Safe to run concurrently on several
 * nodes.
 */
export function createApprovalExpiry(deps: ApprovalExpiryDependencies): Job {
  const bound = bind(deps, { run });
  return { name: 'Approvals', everyMs, run: bound.run };
}

async function expireIfInvalid(deps: ApprovalExpiryDependencies, scope: Scope, found: Approval): Promise<void> {
  const { database, clock } = deps;
  // Check first without the tenant's lock, because most requests are still valid.
  if ((await findExpiryReason(database, scope, found, clock())) === null) return;
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const approval = await approvalsStore.find(tx, scope, found.id);
    if (approval?.state !== 'open' && approval?.state !== 'confirmed') return;
    const expiredBy = await findExpiryReason(tx, scope, approval, clock());
    if (expiredBy !== null) await expire(tx, scope, approval, expiredBy, clock());
  });
}

export async function run(deps: ApprovalExpiryDependencies, stopping: AbortSignal): Promise<void> {
  const { database, tenants } = deps;
  for (const id of await approvalsStore.listTenantsWithPendingForOperator(database)) {
    const tenant = await tenantsStore.findForOperator(database, id);
    // The move has already ended the tenant's pending requests, and its log must not change until the move is finished.
    if (tenant === null || tenant.state === 'moving') continue;
    const scope = tenants.scopeFor(tenant, job('approvals'));
    for await (const approval of approvalsStore.listPending(database, scope)) {
      if (stopping.aborted) return;
      await expireIfInvalid(deps, scope, approval);
    }
  }
}
