import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseConfig } from '../../src/platform/config/config.ts';

/**
 * Migrated databases that the runner prepares once, so that tests copy them instead of running all migrations. If tests
 * run without the runner, there are none, and each database is migrated when it is opened.
 */
interface Templates {
  /** The path of the SQLite file. */
  readonly sqlite: string;
  /** The name of the database on the server of `TEST_POSTGRES_URL`; null if there is no server. */
  readonly postgres: string | null;
}

const variable = 'PARVIS_TEST_TEMPLATES';

const templates = (): Templates | null => {
  const text = process.env[variable];
  return text === undefined ? null : (JSON.parse(text) as Templates);
};

/** @returns the prefix of the names of all databases that the tests of this run create */
export const databasePrefix = (): string => (templates()?.postgres ?? 'parvis_test').replace(/_template$/, '');

/**
 * @returns the template clause for creating a PostgreSQL database: an empty one, or a migrated one if there is a
 * template
 */
export const templateClause = ({ empty }: { empty: boolean }): string =>
  `template ${(empty ? null : templates()?.postgres) ?? 'template0'}`;

/**
 * Creates the file of a new SQLite database from the template, if there is one. The database is not bound to a region
 * yet.
 */
export function copyTemplate(config: DatabaseConfig): void {
  const template = templates()?.sqlite;
  if (template === undefined || config.kind !== 'sqlite' || existsSync(config.file)) return;
  mkdirSync(path.dirname(config.file), { recursive: true, mode: 0o700 });
  copyFileSync(template, config.file);
}

/**
 * Prepares the templates for all processes that this one starts.
 * @param folder the folder for the SQLite file
 * @param server the URL of a PostgreSQL server, or null
 * @returns a function that drops the databases of this run
 */
export async function prepareTemplates(folder: string, server: string | null): Promise<() => Promise<void>> {
  const { migrate } = await import('../../src/platform/database/migrate.ts');
  const sqlite = path.join(folder, 'template.sqlite');
  await migrate({ kind: 'sqlite', file: sqlite });
  const run = `parvis_test_${randomBytes(4).toString('hex')}`;
  const postgres = server === null ? null : `${run}_template`;
  if (server !== null && postgres !== null) {
    await query(server, `create database ${postgres} template template0`);
    const url = new URL(server);
    url.pathname = `/${postgres}`;
    await migrate({ kind: 'postgres', url: url.href });
  }
  process.env[variable] = JSON.stringify({ sqlite, postgres } satisfies Templates);
  return async () => {
    if (server === null) return;
    const own = await query(server, `select datname from pg_database where datname like '${run}\\_%'`);
    for (const { datname } of own) await query(server, `drop database if exists ${datname} with (force)`);
  };
}

/** Executes a statement on a PostgreSQL server. @returns the names of databases if the statement selects them */
export async function query(server: string, statement: string): Promise<{ datname: string }[]> {
  // The client is imported only here, because most test files need no server.
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return (await client.query<{ datname: string }>(statement)).rows;
  } finally {
    await client.end();
  }
}
