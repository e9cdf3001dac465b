import { randomUUID } from 'node:crypto';
import { linkSync, rmSync } from 'node:fs';
import { type Tenant, sessionsStore, tenantsStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import type { Move } from './moves.store.ts';
import { bundleLines, type BundleHeader, type BundleRow } from './bundle.ts';
import { abandonMove } from './cancel-move.ts';
import { getTenant } from './get-tenant.ts';
import { MoveFault } from './move-fault.ts';
import { encrypterFor, writeEncrypted } from './encrypted-file.ts';
import { moveFingerprint } from './move-statement.ts';
import { checkOrder, type MoveOrder, type MoveOutPreview } from './move-out-preview.ts';
import { countUnmovedRows } from './tenant-rows.ts';
import { movedTables } from './tenant-tables.ts';
import type { TableSummary } from './table-digests.ts';
import { ownSigner, type MovingDependencies } from './dependencies.ts';
import * as movingStore from './moving.store.ts';
import * as movesStore from './moves.store.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Scope } from '../../domain/scope.ts';
import { isGrantInForce } from '../../domain/support.ts';
import { expire, approvalsStore } from '../approvals/index.ts';
import { supportStore } from '../support/index.ts';

export interface MovedOut extends Omit<MoveOutPreview, 'users'> {
  readonly tables: readonly TableSummary[];
  /** The fingerprint of the move, with which the destination can refuse the bundle even if it was lost. */
  readonly fingerprint: string;
}

/**
 * Suspends sign-ins to a tenant, ends all its sessions, and writes all its data into a bundle.
 * @throws MoveFault
 */
export async function moveOut(parts: MovingDependencies, order: MoveOrder): Promise<MovedOut> {
  const { database } = parts;
  const tenant = await getTenant(database, order.tenantId);
  checkOrder(parts, order, tenant);
  const encrypter = await encrypterFor(order.recipient);
  // Count the rows before the sessions end, so that the sessions are included.
  const notMoved = await countUnmovedRows(database, tenant.id);
  const move = await begin(parts, order, tenant);
  // Write a draft and rename it at the end, so that the file is complete when it appears, and its summary is stored
  // before it can be imported.
  const draft = `${order.file}.${randomUUID()}`;
  try {
    let tables: TableSummary[] = [];
    let [waitForLink, secondFactors] = [0, 0];
    await database.snapshot(async (tx) => {
      const header = await headerOf(parts, tx, order, move);
      ({ waitForLink, secondFactors = 0 } = header);
      const rows = rowsOf(tx, header);
      const lines = bundleLines(header, rows, parts.signingKey, (written) => (tables = written));
      await writeEncrypted(encrypter, lines, draft);
    });
    await markWritten(parts, tenant, move, tables);
    linkSync(draft, order.file);
    return { tenant, tables, notMoved, waitForLink, secondFactors, fingerprint: moveFingerprint(move.id) };
  } catch (error) {
    await abandonMove(parts, tenant, move.id);
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Stores the summary of the bundle before the file gets its final name. From then on, canceling requires a reason.
 * @throws MoveFault if the move was canceled while the bundle was being written
 */
async function markWritten(
  { database, tenants }: MovingDependencies,
  tenant: Tenant,
  move: Move,
  summary: readonly TableSummary[],
): Promise<void> {
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, tenants.operatorScope(tenant));
    const open = await movesStore.findOpen(tx, tenant.id);
    if (open?.id !== move.id) throw new MoveFault('notMoving', tenant.name);
    await movesStore.update(tx, move.id, { summary });
  });
}

async function begin(
  { database, tenants, clock }: MovingDependencies,
  { to, passwords }: MoveOrder,
  found: Tenant,
): Promise<Move> {
  const { id, domains } = found;
  const scope = tenants.operatorScope(found);
  const now = clock();
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const tenant = await tenantsStore.findForOperator(tx, id);
    if (tenant === null || tenant.state === 'moving') throw new MoveFault('alreadyMoving', found.name);
    const move: Move = {
      id: randomUUID(),
      direction: 'out',
      state: 'open',
      tenantId: id,
      region: to,
      domains,
      passwords,
      stateBefore: tenant.state,
      summary: null,
      report: null,
      beganAt: now,
      endedAt: null,
    };
    await tenantsStore.setState(tx, id, 'moving');
    await sessionsStore.endAllOfTenant(tx, scope);
    await endPendingRequestsAndGrants(tx, scope, now);
    await activityStore.record(tx, scope, { kind: 'tenant.moving', region: to, passwords }, null, now);
    await movesStore.add(tx, move);
    return move;
  });
}

async function headerOf(
  parts: MovingDependencies,
  tx: Database,
  { tenantId, to, passwords }: MoveOrder,
  move: Move,
): Promise<Omit<BundleHeader, 'form'>> {
  const tenant = await getTenant(tx, tenantId);
  const tables = [];
  for (const table of movedTables) tables.push({ name: table.name, columns: await movingStore.columnsOf(tx, table) });
  const { id, name, domains } = tenant;
  return {
    move: move.id,
    from: ownSigner(parts),
    to,
    schema: await movingStore.schema(tx),
    tenant: { id, name, domains: [...domains], state: move.stateBefore },
    passwords,
    at: move.beganAt,
    tables,
    waitForLink: await movingStore.countWaitingForLink(tx, id, move.beganAt),
    secondFactors: await movingStore.countSecondFactorsToReplace(tx, id),
  };
}

async function* rowsOf(tx: Database, { tables, tenant, passwords }: Omit<BundleHeader, 'form'>) {
  for (const [index, table] of movedTables.entries()) {
    const columns = tables[index]?.columns ?? [];
    const secret = table.name === 'credentials' && passwords === 'reset' ? columns.indexOf('secret') : -1;
    for await (const some of movingStore.rows(tx, table, columns, tenant.id))
      for (const cells of some)
        yield { table: table.name, cells: secret < 0 ? cells : cells.with(secret, '') } satisfies BundleRow;
  }
}

/**
 * Ends pending approvals and support grants under the tenant's lock. Otherwise they could expire during the move, and
 * their log entries would be missing from the bundle.
 * @param at the time of the move, epoch ms
 */
export async function endPendingRequestsAndGrants(tx: Database, scope: Scope, at: number): Promise<void> {
  for await (const approval of approvalsStore.listPending(tx, scope)) await expire(tx, scope, approval, 'move', at);
  for (const grant of await supportStore.listNotEnded(tx, scope)) {
    const outcome = isGrantInForce(grant, at) ? 'withdrawn' : 'expired';
    await supportStore.finish(tx, grant.id, outcome, at);
    const kind = outcome === 'expired' ? 'support.expired' : 'support.ended';
    await activityStore.record(tx, scope, { kind, grant: grant.id }, grant.operatorId, at);
  }
}
