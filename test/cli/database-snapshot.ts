import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import knexFactory from 'knex';

/** @returns every file and folder below a folder, with a digest of its content; null if the folder does not exist */
export function snapshotOfFolder(folder: string): Record<string, string> | null {
  if (!existsSync(folder)) return null;
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(names.map((name) => [name, digestOf(path.join(folder, name))]));
}

const digestOf = (file: string): string =>
  statSync(file).isDirectory() ? 'folder' : createHash('sha256').update(readFileSync(file)).digest('hex');

/** @returns the columns and rows of every table in a PostgreSQL database */
export async function snapshotOfPostgres(url: string): Promise<Record<string, unknown>> {
  const knex = knexFactory({ client: 'pg', connection: url });
  try {
    const columns = await knex('information_schema.columns')
      .where({ table_schema: 'public' })
      .orderBy(['table_name', 'ordinal_position'])
      .select<{ table_name: string; column_name: string }[]>('table_name', 'column_name');
    const snapshot: Record<string, unknown> = {};
    for (const [table, some] of Map.groupBy(columns, ({ table_name }) => table_name)) {
      const rows = await knex(table).select<object[]>();
      snapshot[table] = [some.map(({ column_name }) => column_name), rows.map((row) => JSON.stringify(row)).sort()];
    }
    return snapshot;
  } finally {
    await knex.destroy();
  }
}

interface Place {
  readonly DATA_DIR: string;
  readonly DATABASE_URL?: string;
}

/**
 * @returns everything that a command could have changed: the files of the data directory, and the PostgreSQL database
 */
export async function snapshotOf({ DATA_DIR, DATABASE_URL = '' }: Place): Promise<unknown> {
  const isPostgres = DATABASE_URL.startsWith('postgres');
  return [snapshotOfFolder(path.dirname(DATA_DIR)), isPostgres ? await snapshotOfPostgres(DATABASE_URL) : null];
}
