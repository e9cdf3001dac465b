import { cleanName } from '../../domain/people/user.ts';
import type { Scope } from '../../domain/scope.ts';
import { type Tenant, tenantsStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import type { Move } from './moves.store.ts';
import { getTenant } from './get-tenant.ts';
import { MoveFault } from './move-fault.ts';
import type { MovingDependencies, StoreKey } from './dependencies.ts';
import { moveFingerprint, readStatement, signStatement, type MoveStatement } from './move-statement.ts';
import * as movesStore from './moves.store.ts';
import type { Database } from '../../platform/database/database.ts';

/** Why a move may be canceled although its bundle was written. */
export interface CancelGrounds {
  /** Why the operator forces the cancellation; null or blank for none. */
  readonly reason: string | null;
  /** The release of the destination, not yet validated; null for none. */
  readonly release?: unknown;
}

export interface Canceled {
  readonly tenant: Tenant;
  readonly move: Move;
  /**
   * Whether the destination may have imported the tenant, because the bundle was written and no release was provided.
   */
  readonly isRisky: boolean;
}

/**
 * Cancels a move in the source region, so that the users of the tenant can sign in again. Once the bundle has been
 * written, the other region may already have imported it, which this region cannot check. Canceling then requires the
 * signed release of that region, or a reason, which is recorded.
 * @throws MoveFault notMoving, or bundleWritten if a release or a reason is required
 */
export async function cancelMove(
  parts: MovingDependencies,
  tenantId: string,
  grounds: CancelGrounds,
): Promise<Canceled> {
  const { database, tenants } = parts;
  const tenant = await getTenant(database, tenantId);
  const scope = tenants.operatorScope(tenant);
  const release = await verifyRelease(parts, grounds);
  const reason = reasonOf(grounds);
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const { move, isRisky } = await findCancelable(tx, tenant, reason, release);
    await release?.storeKey(tx);
    await cancel(parts, tx, scope, move, reason === '' ? null : reason);
    return { tenant: { ...tenant, state: move.stateBefore }, move, isRisky };
  });
}

/**
 * Checks whether `cancelMove` would succeed, without changing anything.
 * @throws MoveFault
 */
export async function previewCancel(
  parts: MovingDependencies,
  tenantId: string,
  grounds: CancelGrounds,
): Promise<Canceled> {
  const { database } = parts;
  const tenant = await getTenant(database, tenantId);
  const release = await verifyRelease(parts, grounds);
  const { move, isRisky } = await findCancelable(database, tenant, reasonOf(grounds), release);
  return { tenant, move, isRisky };
}

/**
 * @returns the signed statement that this region has canceled the tenant's last move, with which the destination can
 * delete what it imported. Can be called repeatedly
 * @throws MoveFault
 */
export async function cancellationOf(parts: MovingDependencies, tenantId: string): Promise<MoveStatement> {
  const tenant = await getTenant(parts.database, tenantId);
  const move = await movesStore.findLatestCanceled(parts.database, tenantId);
  // After another move of the tenant, only the receipt of that move determines which copy remains.
  if (!move?.endedAt || tenant.state === 'moving') throw new MoveFault('notCanceled', tenant.name);
  return signStatement(parts, 'cancellation', moveFingerprint(move.id), move.endedAt);
}

const reasonOf = ({ reason }: CancelGrounds): string => cleanName(reason ?? '');

interface VerifiedRelease {
  readonly statement: MoveStatement;
  readonly storeKey: StoreKey;
}

async function verifyRelease(parts: MovingDependencies, { release }: CancelGrounds): Promise<VerifiedRelease | null> {
  if (release === undefined || release === null) return null;
  const statement = readStatement('release', release);
  return { statement, storeKey: await parts.checkKey(statement.signer, 'release') };
}

async function findCancelable(
  database: Database,
  tenant: Tenant,
  reason: string,
  release: VerifiedRelease | null,
): Promise<Omit<Canceled, 'tenant'>> {
  const move = await movesStore.findOpen(database, tenant.id);
  if (move === null) throw new MoveFault('notMoving', tenant.name);
  if (release !== null) {
    const { signer, move: released } = release.statement;
    if (signer.region !== move.region || released !== moveFingerprint(move.id))
      throw new MoveFault('releaseOfAnother', move.region);
    return { move, isRisky: false };
  }
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
