import type { Job } from '../../platform/background-jobs.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import { type Tenants, tenantsStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import { lapseOf } from './recheck.ts';
import type { Approval } from './rows.ts';
import type { ExpiryReason } from '../../domain/approval-actions.ts';
import * as approvalsStore from './approvals.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { job } from '../../domain/principal.ts';

const everyMs = 60_000;

/** @returns what each record of a request says of it */
export const eventOf = ({ id, act, subject }: Pick<Approval, 'id' | 'act' | 'subject'>) => ({
  approval: id,
  act,
  count: subject.users.length,
  about: subject.users.map(({ id: userId, administratorLevel, globalAdminUntil }) => ({
    id: userId,
    administratorLevel,
    ...(globalAdminUntil ? { globalAdminUntil } : {}),
  })),
});

/** Ends a request that holds no more, and records it as nobody's doing. @param at epoch ms */
export async function lapse(
  tx: Database,
  scope: Scope,
  approval: Approval,
  lapsedBy: ExpiryReason,
  at: number,
): Promise<void> {
  if (!(await approvalsStore.move(tx, scope, approval, { state: 'lapsed', endedAt: at, lapsedBy }))) return;
  const event = { kind: 'approval.lapsed', by: lapsedBy, ...eventOf(approval) } as const;
  const portal = createScope({ ...scope, principal: job('approvals'), address: null });
  await activityStore.record(tx, portal, event, approval.asker.id, at);
}

export interface LapseApprovalsDependencies {
  readonly database: Database;
  readonly tenants: Pick<Tenants, 'scopeFor'>;
  readonly clock: () => number;
}

/** @returns the work that ends what holds no more. Safe on several nodes at once */
export function lapseApprovals(deps: LapseApprovalsDependencies): Job {
  const bound = bind(deps, { run });
  return { name: 'Approvals', everyMs, run: bound.run };
}

async function lookAt(deps: LapseApprovalsDependencies, scope: Scope, found: Approval): Promise<void> {
  const { database, clock } = deps;
  // Looked at first without the tenant's lock: mostly there is nothing to do.
  if ((await lapseOf(database, scope, found, clock())) === null) return;
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const approval = await approvalsStore.find(tx, scope, found.id);
    if (approval?.state !== 'open' && approval?.state !== 'confirmed') return;
    const lapsedBy = await lapseOf(tx, scope, approval, clock());
    if (lapsedBy !== null) await lapse(tx, scope, approval, lapsedBy, clock());
  });
}

export async function run(deps: LapseApprovalsDependencies, stopping: AbortSignal): Promise<void> {
  const { database, tenants } = deps;
  for (const id of await approvalsStore.tenantsWaitingForOperator(database)) {
    const tenant = await tenantsStore.findForOperator(database, id);
    // What waits in a tenant ends when it begins to move, and nothing is recorded there afterwards.
    if (tenant === null || tenant.state === 'moving') continue;
    const scope = tenants.scopeFor(tenant, job('approvals'));
    for await (const approval of approvalsStore.live(database, scope)) {
      if (stopping.aborted) return;
      await lookAt(deps, scope, approval);
    }
  }
}
