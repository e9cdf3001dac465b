import { issueTemporaryPassword, type IssuedPassword, tenantsStore } from '../accounts/index.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { directoryStore } from '../directory/index.ts';
import { readBundle, type BundleHeader, type ReadBundle } from './bundle.ts';
import { BundleContentCheck } from './bundle-content-check.ts';
import { MoveFault } from './move-fault.ts';
import { moveFingerprint } from './move-statement.ts';
import * as decisionsStore from './bundle-decisions.store.ts';
import { readEncrypted } from './encrypted-file.ts';
import { movedTables, type TenantTable } from './tenant-tables.ts';
import { findDifference, type Cells } from './table-digests.ts';
import type { MovingDependencies } from './dependencies.ts';
import { verifyStoredRows } from './verify-stored-rows.ts';
import * as movingStore from './moving.store.ts';
import { completeMoveIn, type CheckedBundle, type MovedIn } from './complete-move-in.ts';
import type { Database } from '../../platform/database/database.ts';

const rowsPerInsert = 200;

/**
 * Moves a tenant from a bundle into this region in one transaction. Verifies the whole file before inserting anything.
 * @param beforeCommit runs last in the transaction, which is rolled back if it throws
 * @throws MoveFault
 */
export async function moveIn(
  parts: MovingDependencies,
  file: string,
  identity: string,
  beforeCommit: (tx: Database, moved: MovedIn) => Promise<void> = () => Promise.resolve(),
): Promise<MovedIn> {
  const open = (): Promise<ReadBundle> => readBundle(readEncrypted(file, identity));
  const checked = await check(parts, await open());
  return parts.database.transaction(async (tx) => {
    await rejectExisting(parts, tx, checked.header);
    await insertRows(tx, await open(), checked, parts.rules);
    await verifyStoredRows(tx, checked);
    // Replace languages and rules after the digests are compared, because the receipt must describe the tenant as
    // received.
    const relanguaged = await movingStore.replaceLanguages(tx, checked.header.tenant.id, parts.rules, parts.clock());
    const completed = await completeMoveIn(parts, tx, checked);
    const moved = Object.assign({ header: checked.header, tables: checked.tables, relanguaged }, completed);
    await beforeCommit(tx, moved);
    return moved;
  });
}

async function check(parts: MovingDependencies, { header, rows }: ReadBundle): Promise<CheckedBundle> {
  const { database, rules, hasher, clock } = parts;
  if (header.to !== rules.region) throw new MoveFault('addressee', header.to);
  if (header.from.region === rules.region) throw new MoveFault('sameRegion', rules.region);
  await requireSameSchema(database, header);
  const storeKey = await parts.checkKey(header.from, 'bundle');
  const content = new BundleContentCheck(header, hasher, clock());
  const tables = await checkRows(rows(), content);
  const issued = new Map<string, IssuedPassword>();
  const admins = content.end();
  if (header.passwords === 'reset')
    for (const id of admins) issued.set(id, await issueTemporaryPassword(hasher, rules, null, clock()));
  return { header, tables, issued, storeKey, language: content.language };
}

async function checkRows(reading: ReturnType<ReadBundle['rows']>, content: BundleContentCheck) {
  try {
    for (;;) {
      const { done, value } = await reading.next();
      if (done === true) return value;
      content.next(value);
    }
  } finally {
    // Closes the file if a row was refused.
    await reading.return([]);
  }
}

async function requireSameSchema(database: Database, { schema, tables }: BundleHeader): Promise<void> {
  const own = [];
  for (const table of movedTables)
    own.push({ name: table.name, columns: await movingStore.columnsOf(database, table) });
  const same = schema === (await movingStore.schema(database)) && JSON.stringify(own) === JSON.stringify(tables);
  if (!same) throw new MoveFault('schema', schema);
}

async function rejectExisting(parts: MovingDependencies, tx: Database, header: BundleHeader): Promise<void> {
  const { rules } = parts;
  const { tenant, from } = header;
  await recordDecision(parts, tx, header);
  if ((await tenantsStore.findForOperator(tx, tenant.id)) !== null) throw new MoveFault('tenantExists', tenant.name);
  const taken = await tenantsStore.findTakenDomain(tx, tenant.domains);
  if (taken !== null) throw new MoveFault('domainTaken', taken);
  for (const domain of tenant.domains) {
    const region = await directoryStore.regionOf(tx, domain);
    // A region may only move its own tenants, so the domains must not be routed to a third region.
    if (region !== null && region !== from.region && region !== rules.region)
      throw new MoveFault('domainElsewhere', domain);
  }
}

/** Decides to import a bundle. Until the transaction ends, no other command can decide on it. */
async function recordDecision({ clock }: MovingDependencies, tx: Database, header: BundleHeader): Promise<void> {
  const move = moveFingerprint(header.move);
  if (await decisionsStore.add(tx, { move, decision: 'imported', decidedAt: clock() })) return;
  const found = await decisionsStore.find(tx, move);
  throw new MoveFault(found?.decision === 'refused' ? 'refused' : 'replayed', header.tenant.name);
}

async function insertRows(
  tx: Database,
  { header, rows }: ReadBundle,
  { tables, language }: CheckedBundle,
  rules: RegionRules,
): Promise<void> {
  const sortedBy = rules.languages.includes(language) ? language : rules.defaultLanguage;
  const reading = rows();
  let batch: Cells[] = [];
  let table: TenantTable | undefined;
  const write = async (): Promise<void> => {
    if (table === undefined || batch.length === 0) return;
    const columns = header.tables.find(({ name }) => name === table?.name)?.columns ?? [];
    if (table.name === 'users') await rejectTakenUsers(tx, columns, batch);
    await movingStore.insert(tx, table, columns, batch, sortedBy);
    batch = [];
  };
  for (;;) {
    const { done, value } = await reading.next();
    if (done === true) {
      await write();
      // The file may have changed since it was read the first time.
      if (findDifference(value, tables) !== null) throw new MoveFault('damaged');
      return;
    }
    if (value.table !== table?.name || batch.length === rowsPerInsert) {
      await write();
      table = movedTables.find(({ name }) => name === value.table);
    }
    batch.push(value.cells);
  }
}

async function rejectTakenUsers(tx: Database, columns: readonly string[], rows: readonly Cells[]): Promise<void> {
  const valuesOf = (column: string): string[] => rows.map((cells) => String(cells[columns.indexOf(column)]));
  const username = await movingStore.findTaken(tx, valuesOf('id'), valuesOf('username'));
  if (username !== null) throw new MoveFault('userTaken', username);
}
