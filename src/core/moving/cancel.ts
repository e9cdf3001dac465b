import type { Scope } from '../../domain/scope.ts';
import type { Stores } from '../../stores.ts';
import type { Tenant } from '../accounts/stores/tenants.store.ts';
import type { Move } from './moves.store.ts';
import { MoveFault } from './faults.ts';
import type { MovingParts } from './parts.ts';

export interface Canceled {
  readonly tenant: Tenant;
  readonly move: Move;
  /** Whether the bundle had been written, so that the other region may have taken the tenant in. */
  readonly isRisky: boolean;
}

/**
 * Cancels a move in the region where it began: the users of the tenant can sign in again. This region cannot know whether
 * the other one has taken the bundle in, so a bundle that was written to its end is canceled for a recorded reason only.
 * @param reason why the operator forces the cancellation; null or blank for none
 * @throws MoveFault notMoving, or bundleWritten where a reason is needed
 */
export async function cancelMove(parts: MovingParts, tenantId: string, reason: string | null): Promise<Canceled> {
  const { stores, tenants } = parts;
  const tenant = await stores.tenants.findForOperator(tenantId);
  if (tenant === null) throw new MoveFault('unknownTenant', tenantId);
  const scope = tenants.operatorScope(tenant);
  const given = reason?.trim() ?? '';
  return stores.transaction(async (within) => {
    await within.tenants.lock(scope);
    const move = await within.moves.findOpen(tenantId);
    if (move === null) throw new MoveFault('notMoving', tenant.name);
    const isRisky = move.summary !== null;
    if (isRisky && given === '') throw new MoveFault('bundleWritten', move.region);
    await cancel(parts, within, scope, move, given === '' ? null : given);
    return { tenant: { ...tenant, state: move.stateBefore }, move, isRisky };
  });
}

/** Cancels a move whose bundle never became a file, unless it was canceled in the meantime. */
export async function abandonMove(parts: MovingParts, tenant: Tenant, moveId: string): Promise<void> {
  const { stores, tenants } = parts;
  const scope = tenants.operatorScope(tenant);
  await stores.transaction(async (within) => {
    await within.tenants.lock(scope);
    const move = await within.moves.findOpen(tenant.id);
    if (move?.id === moveId) await cancel(parts, within, scope, move, null);
  });
}

async function cancel(
  { clock }: MovingParts,
  within: Stores,
  scope: Scope,
  { id, region, stateBefore }: Move,
  reason: string | null,
): Promise<void> {
  const at = clock();
  await within.moves.settle(id, { state: 'cancelled', endedAt: at });
  await within.tenants.setState(scope.tenant.id, stateBefore);
  const event = { kind: 'tenant.moveCancelled', region, ...(reason === null ? {} : { reason }) } as const;
  await within.activity.record(scope, event, null, at);
}
