import type { Database } from '../../platform/database/database.ts';
import type { BundleHeader } from './bundle.ts';
import { MoveFault } from './move-fault.ts';
import * as movingStore from './moving.store.ts';
import { createTableDigests, findDifference, type TableSummary } from './table-digests.ts';
import { movedTables } from './tenant-tables.ts';

/**
 * Reads the inserted rows back and compares their digests, because the receipt confirms what the database contains.
 * @throws MoveFault if a table differs
 */
export async function verifyStoredRows(
  tx: Database,
  { header, tables }: { readonly header: BundleHeader; readonly tables: readonly TableSummary[] },
): Promise<void> {
  const digests = createTableDigests(movedTables.map(({ name }) => name));
  for (const [index, table] of movedTables.entries())
    for await (const some of movingStore.rows(tx, table, header.tables[index]?.columns ?? [], header.tenant.id))
      for (const cells of some) digests.add(table.name, cells);
  const differing = findDifference(digests.summary(), tables);
  if (differing !== null) throw new MoveFault('notStored', differing);
}
