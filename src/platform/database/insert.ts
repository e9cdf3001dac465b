import type SqliteFile from 'better-sqlite3';
import type { Knex } from 'knex';
import type { Database } from './database.ts';

type Row = Readonly<Record<string, string | number | null>>;

/**
 * Inserts many rows with the same columns, within a transaction. Knex would generate SQL of hundreds of kilobytes,
 * which SQLite takes longer to parse than to execute.
 */
export async function insertRows({ knex, dialect }: Database, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  if (columns.length === 0) return;
  const names = columns.map((column) => `"${column}"`).join(', ');
  const insert = `insert into "${table}" (${names})`;
  if (dialect === 'postgres') {
    const select = `select ${names} from json_populate_recordset(null::"${table}", ?)`;
    await knex.raw(`${insert} ${select}`, [JSON.stringify(rows)]);
    return;
  }
  await withSqliteConnection(knex, (connection) => {
    const statement = connection.prepare(`${insert} values (${columns.map(() => '?').join(', ')})`);
    for (const row of rows) statement.run(columns.map((column) => row[column] ?? null));
  });
}

async function withSqliteConnection(knex: Knex, work: (connection: SqliteFile.Database) => void): Promise<void> {
  const client = knex.client as {
    acquireConnection(): Promise<SqliteFile.Database>;
    releaseConnection(connection: SqliteFile.Database): Promise<void>;
  };
  const connection = await client.acquireConnection();
  try {
    work(connection);
  } finally {
    await client.releaseConnection(connection);
  }
}
