import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import SqliteFile from 'better-sqlite3';
import type { Knex } from 'knex';
import type { Config, DatabaseConfig } from '../config/config.ts';
import { codeExtension, codeRoot } from '../package-root.ts';
import type { Database } from './database.ts';
import { assertRegion, bindRegion, UnknownMigrations } from './deployment.ts';
import { longTimeouts, openDatabase } from './open.ts';

const folder = path.join(codeRoot, 'migrations');

interface Migration {
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: () =>
    Promise.resolve(
      readdirSync(folder)
        .filter((name) => path.extname(name) === codeExtension)
        .sort(),
    ),
  // Without the extension: the same migration has one name in the checkout and in an installed package.
  getMigrationName: (name) => path.basename(name, codeExtension),
  getMigration: async (name) => (await import(pathToFileURL(path.join(folder, name)).href)) as Migration,
};

// Any number will do as long as nothing else in the same PostgreSQL database locks it.
const advisoryLock = 727_681;
const maxWaitMs = 60_000;

/**
 * Prepares the database for a process of the configured region: migrates the schema, and binds a database that has no
 * region yet. Every process and command calls this before it uses the database. All of it happens under the migration
 * lock, so that of two regions started on one empty database exactly one gets it.
 * @returns the names of the migrations that this call ran
 * @throws RegionMismatch for the database of another region, UnknownMigrations for that of another version; nothing is changed
 */
export async function prepareDatabase({ database, rules }: Pick<Config, 'database' | 'rules'>): Promise<string[]> {
  return withMigrationLock(database, async (locked) => {
    const bound = await assertRegion(locked, rules.region);
    const names = await runPendingMigrations(locked);
    if (bound === null) await bindRegion(locked, rules.region);
    return names;
  });
}

/**
 * Migrates the schema without asking for the region, for tools that need a schema and for tests. Concurrent calls are
 * safe: one migrates, the others wait.
 * @returns the names of the migrations that this call ran
 */
export async function migrate(config: DatabaseConfig): Promise<string[]> {
  return withMigrationLock(config, runPendingMigrations);
}

type Work = (database: Database) => Promise<string[]>;

function withMigrationLock(config: DatabaseConfig, work: Work): Promise<string[]> {
  return config.kind === 'sqlite'
    ? withFileLock(config.file, () => withDatabase(config, work))
    : withDatabase(config, (database) => withAdvisoryLock(database, work));
}

async function withDatabase(config: DatabaseConfig, work: Work): Promise<string[]> {
  const database = openDatabase(config, longTimeouts);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** @returns the migrations that the database has, and those that it lacks */
export async function migrationState(database: Database): Promise<{ done: number; pending: number }> {
  const [done, pending] = (await database.knex.migrate.list({ migrationSource })) as [unknown[], unknown[]];
  return { done: done.length, pending: pending.length };
}

/** Rolls back the newest migration. For tests: a running portal never does this. */
export async function rollBackLast(database: Database): Promise<void> {
  await database.knex.migrate.down({ migrationSource });
}

/** Takes every migration back, newest first. For tests: a running portal never does this. */
export async function rollBackEverything(database: Database): Promise<void> {
  await database.knex.migrate.rollback({ migrationSource }, true);
}

// The outer lock dies with its process, unlike Knex' own row, which a killed process would leave behind. A database that
// is up to date is only read: a running portal may hold the write lock while a command starts.
async function runPendingMigrations({ knex }: Database): Promise<string[]> {
  const known = (await migrationSource.getMigrations([])).map((name) => migrationSource.getMigrationName(name));
  const done = await doneMigrations(knex);
  // Knex would name a corrupt directory. A newer version's database is the usual cause.
  const unknown = done.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UnknownMigrations(unknown);
  if (done.length === known.length) return [];
  await knex.migrate.forceFreeMigrationsLock({ migrationSource });
  const [, names] = (await knex.migrate.latest({ migrationSource })) as [number, string[]];
  return names;
}

async function doneMigrations(knex: Knex): Promise<string[]> {
  if (!(await knex.schema.hasTable('knex_migrations'))) return [];
  return knex('knex_migrations').orderBy('id').pluck<string[]>('name');
}

// Taken before the database is opened: two processes that make a new file a write-ahead log at once refuse each other.
async function withFileLock(file: string, work: () => Promise<string[]>): Promise<string[]> {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const lock = new SqliteFile(`${file}.migrating`, { timeout: maxWaitMs });
  try {
    lock.exec('begin exclusive');
    return await work();
  } finally {
    lock.close();
  }
}

async function withAdvisoryLock(database: Database, work: Work): Promise<string[]> {
  return database.knex.transaction(async (holder) => {
    await holder.raw('select pg_advisory_xact_lock(?)', [advisoryLock]);
    return work(database);
  });
}
