import type { Tenant } from '../accounts/index.ts';
import { directoryStore } from '../directory/index.ts';
import type { Database } from '../../platform/database/database.ts';
import * as movingStore from './moving.store.ts';
import { tenantTables, unmovedTables } from './tenant-tables.ts';

/** The number of rows that a table contained, and the number that remain. */
export interface TableRemnant {
  readonly table: string;
  readonly was: number;
  readonly left: number;
}

/** The number of a tenant's rows in each table. */
export type RowCounts = Readonly<Record<string, number>>;

export async function countRows(database: Database, tenantId: string): Promise<RowCounts> {
  const counts: Record<string, number> = {};
  for (const table of tenantTables) counts[table.name] = await movingStore.count(database, table, tenantId);
  return counts;
}

/** @returns the number of a tenant's rows that do not move, for each table that has such rows */
export async function countUnmovedRows(database: Database, tenantId: string): Promise<RowCounts> {
  const counts: Record<string, number> = {};
  for (const table of unmovedTables) {
    const all = await movingStore.count(database, table, tenantId);
    counts[table.name] = table.order === null ? all : all - (await movingStore.countMoved(database, table, tenantId));
  }
  return counts;
}

/** @param was the number of rows before the deletion */
export async function countRemnants(database: Database, tenantId: string, was: RowCounts): Promise<TableRemnant[]> {
  const left = await countRows(database, tenantId);
  return Object.entries(was).map(([table, count]) => ({ table, was: count, left: left[table] ?? 0 }));
}

/** Permanently deletes a tenant, and routes its domains to the region that keeps it. Call this under its lock. */
export async function deleteTenant(tx: Database, tenant: Tenant, region: string): Promise<void> {
  const { id, domains, listed } = tenant;
  await movingStore.deleteThrottles(tx, id);
  for (const table of tenantTables.toReversed()) await movingStore.remove(tx, table, id);
  await movingStore.deleteSessionData(tx, domains);
  // The domains of an unlisted tenant are not in any directory.
  const routes = domains.map((domain) => ({ domain, region }));
  if (listed) await directoryStore.upsert(tx, routes);
  else for (const domain of domains) await directoryStore.remove(tx, domain);
}
