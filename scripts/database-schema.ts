import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseConfig } from '../src/platform/config/config.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { openDatabase } from '../src/platform/database/open.ts';

export const schemaFile = path.join(import.meta.dirname, '../migrations/schema.txt');

/**
 * Returns the schema that all migrations create, as SQLite stores it: one statement per table or index, one line per
 * column.
 */
export async function schemaText(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parvis-schema-'));
  const config: DatabaseConfig = { kind: 'sqlite', file: path.join(folder, 'parvis.sqlite') };
  try {
    await migrate(config);
    const database = openDatabase(config);
    const rows = await database
      .knex('sqlite_master')
      .whereNotNull('sql')
      .whereNot('name', 'like', 'sqlite_%')
      .whereNot('name', 'like', 'knex_%')
      .orderBy(['tbl_name', { column: 'type', order: 'desc' }, 'name'])
      .select<{ sql: string }[]>('sql');
    await database.close();
    return rows.map(({ sql }) => `${formatStatement(sql)}\n`).join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function formatStatement(sql: string): string {
  const plain = sql.replaceAll('`', '').replace(/\s+/g, ' ').trim();
  const [, head = '', body] = /^(create table \w+) \((.+)\)$/i.exec(plain) ?? [];
  if (body === undefined) return plain;
  // A comma inside parentheses does not end a column.
  return `${head} (\n  ${body.replace(/,\s*(?![^()]*\))/g, ',\n  ')}\n)`;
}

if (import.meta.main) writeFileSync(schemaFile, await schemaText());
