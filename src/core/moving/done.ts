import type { Scope } from '../../domain/scope.ts';
import type { Move } from './moves.store.ts';
import { MoveFault } from './faults.ts';
import { readReceipt, type Receipt } from './receipt.ts';
import { tenantTables, travellingTables } from './tables.ts';
import { difference, type TableSummary } from './tally.ts';
import type { KeepKey, MovingParts } from './dependencies.ts';
import { activityStore } from '../activity/index.ts';
import { directoryStore } from '../directory/index.ts';
import { tenantsStore } from '../accounts/index.ts';
import * as movingStore from './moving.store.ts';
import * as movesStore from './moves.store.ts';
import type { Database } from '../../platform/database/database.ts';

/** What stood in a table, and what is left there. */
export interface Remnant {
  readonly table: string;
  readonly was: number;
  readonly left: number;
}

/** What an operator shows to whoever asks where the tenant has gone. It holds no person. */
export interface MoveReport {
  readonly tenantId: string;
  readonly domains: readonly string[];
  readonly to: string;
  readonly passwords: Move['passwords'];
  /** Epoch ms. */
  readonly endedAt: number;
  readonly receivedAt: number;
  readonly receiver: Receipt['signer'];
  readonly travelled: readonly TableSummary[];
  /** Tries to sign in that were refused meanwhile: they went with the rest, and did not travel. */
  readonly refusedMeanwhile: number;
  readonly tables: readonly Remnant[];
}

type Removed = Omit<MoveReport, 'tables'> & { readonly was: Readonly<Record<string, number>> };

/**
 * Removes for good what another region has taken in. A second call counts anew what is left.
 * @param receipt as it was given; nobody has looked at it yet
 * @throws MoveFault
 */
export async function finishMove(parts: MovingParts, tenantId: string, receipt: unknown): Promise<MoveReport> {
  const { database, tenants } = parts;
  const given = readReceipt(receipt);
  const keepKey = await parts.checkKey(given.signer, 'receipt');
  const tenant = await tenantsStore.findForOperator(database, tenantId);
  const removed =
    tenant === null
      ? await already(database, tenantId, given)
      : await remove(parts, tenants.operatorScope(tenant), given, keepKey);
  return { ...withoutCounts(removed), tables: await remnants(database, removed) };
}

async function already(database: Database, tenantId: string, given: Receipt): Promise<Removed> {
  const move = await movesStore.find(database, given.move);
  if (move?.tenantId !== tenantId || move.state !== 'done' || move.report === null)
    throw new MoveFault('unknownTenant', tenantId);
  return move.report as Removed;
}

async function remove(
  { database, clock }: MovingParts,
  scope: Scope,
  given: Receipt,
  keepKey: KeepKey,
): Promise<Removed> {
  const { id } = scope.tenant;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const tenant = await tenantsStore.findForOperator(tx, id);
    const move = await movesStore.findOpen(tx, id);
    if (tenant === null || move === null) throw new MoveFault('notMoving', scope.tenant.name);
    const travelled = checkReceipt(move, given);
    const was = await countAll(tx, id);
    const refusedMeanwhile = await refuseChanges(tx, scope, travelled);
    await movingStore.forgetCounts(tx, id);
    for (const table of tenantTables.toReversed()) await movingStore.remove(tx, table, id);
    await movingStore.forgetSessionData(tx, tenant.domains);
    await leadOn(tx, tenant, move.region);
    await keepKey(tx);
    const removed: Removed = {
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
    await movesStore.settle(tx, move.id, { state: 'done', report: removed, endedAt: removed.endedAt });
    return removed;
  });
}

function checkReceipt(move: Move, { move: id, tenantId, signer, tables }: Receipt): readonly TableSummary[] {
  if (move.summary === null) throw new MoveFault('notWritten');
  if (id !== move.id || tenantId !== move.tenantId || signer.region !== move.region)
    throw new MoveFault('receiptOfAnother');
  const differing = difference(tables, move.summary);
  if (differing !== null) throw new MoveFault('receiptDiffers', differing);
  return move.summary;
}

/** Nothing that happened here since the bundle was written may be lost with it, but for the doors that stayed shut. */
async function refuseChanges(tx: Database, scope: Scope, travelled: readonly TableSummary[]): Promise<number> {
  const sent = new Map(travelled.map(({ name, rows }) => [name, rows]));
  const { anchor } = await activityStore.getChainEnds(tx, scope);
  const since = await movingStore.recordedSince(tx, scope.tenant.id, anchor.place + (sent.get('activity') ?? 0));
  for (const table of travellingTables) {
    if (table.name === 'activity') continue;
    const present = await movingStore.countTravelling(tx, table, scope.tenant.id);
    if (present !== sent.get(table.name)) throw new MoveFault('changedSince', table.name);
  }
  if (since.others > 0) throw new MoveFault('changedSince', 'activity');
  return since.all;
}

/** Its people are led to their new region, unless nobody shall know that they are there. */
async function leadOn(
  tx: Database,
  { domains, listed }: { domains: readonly string[]; listed: boolean },
  region: string,
): Promise<void> {
  if (listed)
    return directoryStore.put(
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

async function remnants(database: Database, { tenantId, was }: Removed): Promise<Remnant[]> {
  const left = await countAll(database, tenantId);
  return Object.entries(was).map(([table, count]) => ({ table, was: count, left: left[table] ?? 0 }));
}

const withoutCounts = ({ was: _, ...report }: Removed): Omit<MoveReport, 'tables'> => report;
