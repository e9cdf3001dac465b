import type { Scope } from '../../domain/scope.ts';
import type { Database } from '../../platform/database/database.ts';
import { type Tenant, tenantsStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import * as decisionsStore from './bundle-decisions.store.ts';
import type { MovingDependencies, StoreKey } from './dependencies.ts';
import { getTenant } from './get-tenant.ts';
import { MoveFault } from './move-fault.ts';
import { moveFingerprint, readStatement, type MoveStatement } from './move-statement.ts';
import type { Move } from './moves.store.ts';
import * as movesStore from './moves.store.ts';
import * as movingStore from './moving.store.ts';
import { countRemnants, countRows, deleteTenant, type RowCounts, type TableRemnant } from './tenant-rows.ts';

/** What `undoMoveIn` would delete. */
export interface UndoPreview {
  readonly tenant: Tenant;
  /** The region that keeps the tenant. */
  readonly region: string;
  readonly rows: RowCounts;
  /** The number of log entries that were recorded in this region. */
  readonly recordedHere: number;
}

/** What `undoMoveIn` has deleted. */
export interface UndoneMove {
  readonly tenantId: string;
  readonly domains: readonly string[];
  readonly region: string;
  readonly tables: readonly TableRemnant[];
}

type UndoReport = Omit<UndoneMove, 'tables'> & { readonly was: RowCounts };

/**
 * Permanently deletes a tenant that was imported although the source has canceled the move, so that only the source's
 * copy remains. The bundle is refused from then on. A repeated call only counts the remaining rows again.
 * @param cancellation the unvalidated statement of the source
 * @throws MoveFault
 */
export async function undoMoveIn(
  parts: MovingDependencies,
  tenantId: string,
  cancellation: unknown,
): Promise<UndoneMove> {
  const { database, tenants } = parts;
  const statement = readStatement('cancellation', cancellation);
  const storeKey = await parts.checkKey(statement.signer, 'cancellation');
  const tenant = await tenantsStore.findForOperator(database, tenantId);
  const { was, ...report } =
    tenant === null
      ? await findUndone(database, tenantId, statement)
      : await removeImported(parts, tenants.operatorScope(tenant), statement, storeKey);
  return Object.assign(report, { tables: await countRemnants(database, tenantId, was) });
}

async function removeImported(
  { database, clock }: MovingDependencies,
  scope: Scope,
  statement: MoveStatement,
  storeKey: StoreKey,
): Promise<UndoReport> {
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const { move, tenant, region, rows } = await findUndoable(tx, scope, statement);
    await deleteTenant(tx, tenant, region);
    await storeKey(tx);
    const report: UndoReport = { tenantId: tenant.id, domains: tenant.domains, region, was: rows };
    await movesStore.update(tx, move.id, { state: 'undone', report, endedAt: clock() });
    await decisionsStore.refuseImported(tx, statement.move, clock());
    return report;
  });
}

async function findUndone(database: Database, tenantId: string, { move }: MoveStatement): Promise<UndoReport> {
  const undone = (await movesStore.list(database)).find(
    ({ id, state }) => state === 'undone' && moveFingerprint(id) === move,
  );
  if (undone?.tenantId !== tenantId) throw new MoveFault('unknownTenant', tenantId);
  return undone.report as UndoReport;
}

/**
 * Checks whether `undoMoveIn` would succeed, without changing anything.
 * @returns what it would delete; null if the tenant has already been deleted
 * @throws MoveFault
 */
export async function previewUndo(
  parts: MovingDependencies,
  tenantId: string,
  cancellation: unknown,
): Promise<UndoPreview | null> {
  const { database, tenants } = parts;
  const statement = readStatement('cancellation', cancellation);
  await parts.checkKey(statement.signer, 'cancellation');
  const found = await tenantsStore.findForOperator(database, tenantId);
  if (found === null) {
    await findUndone(database, tenantId, statement);
    return null;
  }
  const { tenant, region, rows, recordedHere } = await findUndoable(database, tenants.operatorScope(found), statement);
  return { tenant, region, rows, recordedHere };
}

async function findUndoable(
  database: Database,
  scope: Scope,
  { signer, move: canceled }: MoveStatement,
): Promise<UndoPreview & { readonly move: Move }> {
  const tenant = await getTenant(database, scope.tenant.id);
  const move = await movesStore.findLatestIn(database, tenant.id);
  if (move === null) throw new MoveFault('notImported', tenant.name);
  if (signer.region !== move.region || canceled !== moveFingerprint(move.id))
    throw new MoveFault('cancellationOfAnother', move.region);
  if (tenant.state === 'moving') throw new MoveFault('movingOut', tenant.name);
  const imported = move.summary?.find(({ name }) => name === 'activity')?.rows ?? 0;
  const rows = await countRows(database, tenant.id);
  const { anchor } = await activityStore.getChainEnds(database, scope);
  const recorded = await movingStore.countRecordedSince(database, tenant.id, anchor.place + imported);
  return { tenant, move, region: move.region, rows, recordedHere: recorded.all };
}
