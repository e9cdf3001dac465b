import type { Database } from '../../platform/database/database.ts';
import { insertRows } from '../../platform/database/insert.ts';
import type { Language } from '../../domain/regions.ts';
import { indexUsers, takeNumbers, toIndexedColumns } from '../accounts/index.ts';
import type { TenantTable } from './tenant-tables.ts';
import type { Cells } from './table-digests.ts';

type IndexedRow = Parameters<typeof toIndexedColumns>[0];
type Row = Record<string, string | number | null>;

/**
 * Inserts rows of a bundle into their table, and adds users to the search index.
 * @param language the language by which users are sorted
 */
export async function insert(
  database: Database,
  { name }: TenantTable,
  columns: readonly string[],
  rows: readonly Cells[],
  language: Language,
): Promise<void> {
  const records = rows.map((cells): Row =>
    Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? null])),
  );
  if (name !== 'users') return insertRows(database, name, records);
  const numbers = await takeNumbers(database, records.length);
  const indexed = records.map((record, index) => {
    const user = Object.assign(record, { number: numbers[index] ?? 0 }) as unknown as IndexedRow & {
      tenant_id: string;
    };
    return Object.assign(user, toIndexedColumns(user, {}, language));
  });
  await insertRows(database, name, indexed);
  await indexUsers(database, indexed);
}

/** @returns the user name of an existing user with one of at most 200 IDs and user names; null if there is none */
export async function findTaken(
  database: Database,
  ids: readonly string[],
  usernames: readonly string[],
): Promise<string | null> {
  const taken = database
    .knex('users')
    .whereIn('id', [...ids])
    .orWhereIn('username', [...usernames]);
  return (await taken.first<{ username: string } | undefined>('username'))?.username ?? null;
}
