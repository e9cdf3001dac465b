import type { Scope } from '../../domain/scope.ts';
import { type Tenant, tenantsStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import type { Move } from './moves.store.ts';
import { MoveFault } from './move-fault.ts';
import type { MovingDependencies } from './dependencies.ts';
import * as movesStore from './moves.store.ts';
import type { Database } from '../../platform/database/database.ts';

export interface Canceled {
  readonly tenant: Tenant;
  readonly move: Move;
  /** Whether the bundle had been written. If so, the tenant may have moved into the other region. */
  readonly isRisky: boolean;
}

/**
 * Cancels a move in the source region, so that the users of the tenant can sign in again. Once the bundle has been
 * written, the other region may already have imported it, which this region cannot check. Canceling then requires a
 * reason, which is recorded.
 * @param reason why the operator forces the cancellation; null or blank for none
 * @throws MoveFault notMoving, or bundleWritten if a reason is required
 */
export async function cancelMove(
  parts: MovingDependencies,
  tenantId: string,
  reason: string | null,
): Promise<Canceled> {
  const { database, tenants } = parts;
  const tenant = await getTenant(database, tenantId);
  const scope = tenants.operatorScope(tenant);
  const given = reason?.trim() ?? '';
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const { move, isRisky } = await findCancelable(tx, tenant, given);
    await cancel(parts, tx, scope, move, given === '' ? null : given);
    return { tenant: { ...tenant, state: move.stateBefore }, move, isRisky };
  });
}

/**
 * Checks whether `cancelMove` would succeed, without changing anything.
 * @throws MoveFault
 */
export async function previewCancel(
  { database }: MovingDependencies,
  tenantId: string,
  reason: string | null,
): Promise<Canceled> {
  const tenant = await getTenant(database, tenantId);
  const found = await findCancelable(database, tenant, reason?.trim() ?? '');
  return { tenant, move: found.move, isRisky: found.isRisky };
}

async function getTenant(database: Database, tenantId: string): Promise<Tenant> {
  const tenant = await tenantsStore.findForOperator(database, tenantId);
  if (tenant === null) throw new MoveFault('unknownTenant', tenantId);
  return tenant;
}

async function findCancelable(database: Database, tenant: Tenant, reason: string): Promise<Omit<Canceled, 'tenant'>> {
  const move = await movesStore.findOpen(database, tenant.id);
  if (move === null) throw new MoveFault('notMoving', tenant.name);
  const isRisky = move.summary !== null;
  if (isRisky && reason === '') throw new MoveFault('bundleWritten', move.region);
  return { move, isRisky };
}

/** Cancels a move whose bundle has not been written, unless it has already been canceled. */
export async function abandonMove(parts: MovingDependencies, tenant: Tenant, moveId: string): Promise<void> {
  const { database, tenants } = parts;
  const scope = tenants.operatorScope(tenant);
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const move = await movesStore.findOpen(tx, tenant.id);
    if (move?.id === moveId) await cancel(parts, tx, scope, move, null);
  });
}

async function cancel(
  { clock }: MovingDependencies,
  tx: Database,
  scope: Scope,
  { id, region, stateBefore }: Move,
  reason: string | null,
): Promise<void> {
  const at = clock();
  await movesStore.update(tx, id, { state: 'cancelled', endedAt: at });
  await tenantsStore.setState(tx, scope.tenant.id, stateBefore);
  const event = { kind: 'tenant.moveCancelled', region, ...(reason === null ? {} : { reason }) } as const;
  await activityStore.record(tx, scope, event, null, at);
}
