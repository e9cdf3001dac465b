import type { Scope } from '../../domain/scope.ts';
import type { Move } from './moves.store.ts';
import { MoveFault } from './move-fault.ts';
import { readReceipt, type Receipt } from './receipt.ts';
import { tenantTables, movedTables } from './tenant-tables.ts';
import { findDifference, type TableSummary } from './table-digests.ts';
import type { StoreKey, MovingDependencies } from './dependencies.ts';
import { activityStore } from '../activity/index.ts';
import { directoryStore } from '../directory/index.ts';
import { tenantsStore } from '../accounts/index.ts';
import * as movingStore from './moving.store.ts';
import * as movesStore from './moves.store.ts';
import type { Database } from '../../platform/database/database.ts';

/** The number of rows that a table contained, and the number that remain. */
export interface TableRemnant {
  readonly table: string;
  readonly was: number;
  readonly left: number;
}

/** The report that an operator keeps as evidence of a finished move. It contains no personal data. */
export interface MoveReport {
  readonly tenantId: string;
  readonly domains: readonly string[];
  readonly to: string;
  readonly passwords: Move['passwords'];
  /** When the move ended in this region, epoch ms. */
  readonly endedAt: number;
  /** When the tenant moved into the other region, epoch ms. */
  readonly receivedAt: number;
  readonly receiver: Receipt['signer'];
  readonly travelled: readonly TableSummary[];
  /**
   * The number of sign-in attempts that were refused during the move. Their log entries are deleted and not part of the
   * bundle.
   */
  readonly refusedMeanwhile: number;
  readonly tables: readonly TableRemnant[];
}

type RemovalReport = Omit<MoveReport, 'tables'> & { readonly was: Readonly<Record<string, number>> };

/**
 * Permanently deletes a tenant that has moved into another region. A repeated call only counts the remaining rows
 * again.
 * @param receipt the unvalidated receipt
 * @throws MoveFault
 */
export async function finishMove(parts: MovingDependencies, tenantId: string, receipt: unknown): Promise<MoveReport> {
  const { database, tenants } = parts;
  const validReceipt = readReceipt(receipt);
  const storeKey = await parts.checkKey(validReceipt.signer, 'receipt');
  const tenant = await tenantsStore.findForOperator(database, tenantId);
  const removed =
    tenant === null
      ? await findFinishedMove(database, tenantId, validReceipt)
      : await removeTenant(parts, tenants.operatorScope(tenant), validReceipt, storeKey);
  return { ...withoutCounts(removed), tables: await countRemnants(database, removed) };
}

/** The data that `finishMove` would delete. */
export interface FinishPreview {
  readonly name: string;
  readonly region: string;
  /** The number of rows in each table. */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * Checks whether `finishMove` would succeed, without changing anything.
 * @returns what it would delete; null if the tenant has already been deleted
 * @throws MoveFault
 */
export async function previewFinish(
  parts: MovingDependencies,
  tenantId: string,
  receipt: unknown,
): Promise<FinishPreview | null> {
  const { database, tenants } = parts;
  const validReceipt = readReceipt(receipt);
  await parts.checkKey(validReceipt.signer, 'receipt');
  const tenant = await tenantsStore.findForOperator(database, tenantId);
  if (tenant === null) {
    await findFinishedMove(database, tenantId, validReceipt);
    return null;
  }
  const { move, was } = await checkRemoval(database, tenants.operatorScope(tenant), validReceipt);
  return { name: tenant.name, region: move.region, rows: was };
}

async function checkRemoval(database: Database, scope: Scope, given: Receipt) {
  const { id, name } = scope.tenant;
  const tenant = await tenantsStore.findForOperator(database, id);
  const move = await movesStore.findOpen(database, id);
  if (tenant === null || move === null) throw new MoveFault('notMoving', name);
  const travelled = checkReceipt(move, given);
  const was = await countAll(database, id);
  const refusedMeanwhile = await rejectChangesSinceBundle(database, scope, travelled);
  return { tenant, move, travelled, was, refusedMeanwhile };
}

async function findFinishedMove(database: Database, tenantId: string, given: Receipt): Promise<RemovalReport> {
  const move = await movesStore.find(database, given.move);
  if (move?.tenantId !== tenantId || move.state !== 'done' || move.report === null)
    throw new MoveFault('unknownTenant', tenantId);
  return move.report as RemovalReport;
}

async function removeTenant(
  { database, clock }: MovingDependencies,
  scope: Scope,
  given: Receipt,
  storeKey: StoreKey,
): Promise<RemovalReport> {
  const { id } = scope.tenant;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const { tenant, move, travelled, was, refusedMeanwhile } = await checkRemoval(tx, scope, given);
    await movingStore.deleteThrottles(tx, id);
    for (const table of tenantTables.toReversed()) await movingStore.remove(tx, table, id);
    await movingStore.deleteSessionData(tx, tenant.domains);
    await routeDomains(tx, tenant, move.region);
    await storeKey(tx);
    const removed: RemovalReport = {
      tenantId: id,
      domains: tenant.domains,
      to: move.region,
      passwords: move.passwords,
      endedAt: clock(),
      receivedAt: given.at,
      receiver: given.signer,
      travelled,
      refusedMeanwhile,
      was,
    };
    await movesStore.update(tx, move.id, { state: 'done', report: removed, endedAt: removed.endedAt });
    return removed;
  });
}

function checkReceipt(move: Move, { move: id, tenantId, signer, tables }: Receipt): readonly TableSummary[] {
  if (move.summary === null) throw new MoveFault('notWritten');
  if (id !== move.id || tenantId !== move.tenantId || signer.region !== move.region)
    throw new MoveFault('receiptOfAnother');
  const differing = findDifference(tables, move.summary);
  if (differing !== null) throw new MoveFault('receiptDiffers', differing);
  return move.summary;
}

/**
 * Rejects the deletion if anything other than refused sign-ins was recorded after the bundle was written, because those
 * records would be lost.
 * @returns the number of refused sign-ins that were recorded
 * @throws MoveFault
 */
async function rejectChangesSinceBundle(
  tx: Database,
  scope: Scope,
  travelled: readonly TableSummary[],
): Promise<number> {
  const sent = new Map(travelled.map(({ name, rows }) => [name, rows]));
  const { anchor } = await activityStore.getChainEnds(tx, scope);
  const since = await movingStore.countRecordedSince(tx, scope.tenant.id, anchor.place + (sent.get('activity') ?? 0));
  for (const table of movedTables) {
    if (table.name === 'activity') continue;
    const present = await movingStore.countMoved(tx, table, scope.tenant.id);
    if (present !== sent.get(table.name)) throw new MoveFault('changedSince', table.name);
  }
  if (since.others > 0) throw new MoveFault('changedSince', 'activity');
  return since.all;
}

/** Routes the tenant's domains to the new region, unless the tenant is unlisted. */
async function routeDomains(
  tx: Database,
  { domains, listed }: { domains: readonly string[]; listed: boolean },
  region: string,
): Promise<void> {
  if (listed)
    return directoryStore.upsert(
      tx,
      domains.map((domain) => ({ domain, region })),
    );
  for (const domain of domains) await directoryStore.remove(tx, domain);
}

async function countAll(database: Database, tenantId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tenantTables) counts[table.name] = await movingStore.count(database, table, tenantId);
  return counts;
}

async function countRemnants(database: Database, { tenantId, was }: RemovalReport): Promise<TableRemnant[]> {
  const left = await countAll(database, tenantId);
  return Object.entries(was).map(([table, count]) => ({ table, was: count, left: left[table] ?? 0 }));
}

const withoutCounts = ({ was: _, ...report }: RemovalReport): Omit<MoveReport, 'tables'> => report;
