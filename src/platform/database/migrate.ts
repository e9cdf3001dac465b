import { closeSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import SqliteFile from 'better-sqlite3';
import type { Knex } from 'knex';
import type { Config, DatabaseConfig } from '../config/config.ts';
import { codeExtension, codeRoot } from '../package-root.ts';
import type { Database } from './database.ts';
import type { OwnIdentity, RegionIdentity } from '../region-identity.ts';
import { assertRegion, bindRegion, getIdentity, SchemaNotCurrent } from './deployment.ts';
import { longTimeouts, openDatabase } from './open.ts';
import { readSchemaState, type SchemaState } from './schema-state.ts';
import { createSqliteFile } from './sqlite.ts';

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
  // Omit the extension, so that a migration has the same name in the checkout and in an installed package.
  getMigrationName: (name) => path.basename(name, codeExtension),
  getMigration: async (name) => (await import(pathToFileURL(path.join(folder, name)).href)) as Migration,
};

// An arbitrary number that no other lock in the same PostgreSQL database uses.
const advisoryLock = 727_681;
const maxWaitMs = 60_000;

/** A database that is ready for use. */
export interface Prepared {
  /** The names of the migrations that were run. */
  readonly migrations: readonly string[];
  readonly identity: RegionIdentity;
}

/**
 * Prepares the database for the configured region: migrates the schema and binds an unbound database to the region. The
 * server and the commands that may migrate call this before they use the database. The migration lock is held
 * throughout, so that two regions that start on the same empty database cannot both bind it.
 * @param assertOwn rejects other stores that do not match the given identity: the binding of the database or, before
 * the first start, only the region
 * @param fingerprint the fingerprint in the data directory, which a new database adopts; null if the directory is not
 * marked
 * @throws RegionMismatch for another region's database, or UnknownMigrations if this release cannot use the schema. In
 * both cases, nothing is changed
 */
export async function prepareDatabase(
  { database, rules }: Pick<Config, 'database' | 'rules'>,
  assertOwn: (own: OwnIdentity) => void = () => {},
  fingerprint: string | null = null,
): Promise<Prepared> {
  return withMigrationLock(database, async (locked) => {
    const bound = await assertRegion(locked, rules.region);
    assertOwn(bound ?? { region: rules.region, fingerprint: null });
    const migrations = await runPendingMigrations(locked);
    const identity = bound === null ? await bindRegion(locked, rules, fingerprint) : await getIdentity(locked);
    return { migrations, identity };
  });
}

/**
 * Migrates the schema without checking the region, for tools and tests. Concurrent calls are safe: one migrates, the
 * others wait.
 * @returns the names of the migrations that this call ran
 */
export async function migrate(config: DatabaseConfig): Promise<string[]> {
  return withMigrationLock(config, runPendingMigrations);
}

type Work<T> = (database: Database) => Promise<T>;

function withMigrationLock<T>(config: DatabaseConfig, work: Work<T>): Promise<T> {
  return config.kind === 'sqlite'
    ? withFileLock(config.file, () => {
        createSqliteFile(config.file);
        return withDatabase(config, work);
      })
    : withDatabase(config, (database) => withAdvisoryLock(database, work));
}

async function withDatabase<T>(config: DatabaseConfig, work: Work<T>): Promise<T> {
  const database = openDatabase(config, longTimeouts);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

// Listed once per process: installing the next release in the same directory must not make a running process unready.
let ownMigrations: readonly string[] | undefined;

/**
 * Compares the schema of the database with that of this release. Migrations from later releases don't matter unless
 * they removed something that this release needs.
 * @throws UnknownMigrations if this release can't use the schema
 */
export async function migrationState({ knex }: Database): Promise<SchemaState> {
  ownMigrations ??= (await migrationSource.getMigrations([])).map((name) => migrationSource.getMigrationName(name));
  return readSchemaState(knex, ownMigrations);
}

/**
 * Checks that a database belongs to the region and has the schema of this release, without changing anything.
 * @throws RegionMismatch, UnknownMigrations or SchemaNotCurrent
 */
export async function assertPrepared(database: Database, region: string): Promise<void> {
  await assertRegion(database, region);
  const { done, pending } = await migrationState(database);
  if (pending > 0) throw new SchemaNotCurrent(done, pending);
}

/** Rolls back the newest migration. For tests only. */
export async function rollBackLast(database: Database): Promise<void> {
  await database.knex.migrate.down({ migrationSource });
}

/** Rolls back every migration, newest first. For tests only. */
export async function rollBackEverything(database: Database): Promise<void> {
  await database.knex.migrate.rollback({ migrationSource }, true);
}

// The outer lock is released when its process ends. Knex's lock row is not, so it is cleared first. Nothing is written
// to an up-to-date database, because a running portal may hold the write lock while a command starts.
async function runPendingMigrations(database: Database): Promise<string[]> {
  if ((await migrationState(database)).pending === 0) return [];
  await database.knex.migrate.forceFreeMigrationsLock({ migrationSource });
  const [, names] = (await database.knex.migrate.latest({ migrationSource })) as [number, string[]];
  return names;
}

const ownerOnly = 0o600;

/**
 * @returns the path of the file that is locked during a migration, next to the database file. The file is no longer
 * empty once the database has been created
 */
export const migrationLockOf = (file: string): string => `${file}.migrating`;

// The lock is acquired before the database is opened: if two processes switch a new file to WAL mode at the same time,
// one of them fails.
async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  // SQLite would create the file as readable by everyone.
  closeSync(openSync(migrationLockOf(file), 'a', ownerOnly));
  const lock = new SqliteFile(migrationLockOf(file), { timeout: maxWaitMs });
  try {
    lock.exec('begin exclusive');
    const result = await work();
    // Record that the database exists, so that a later start does not silently create another one.
    if (lock.pragma('user_version', { simple: true }) === 0) lock.exec('pragma user_version = 1; commit');
    return result;
  } finally {
    lock.close();
  }
}

async function withAdvisoryLock<T>(database: Database, work: Work<T>): Promise<T> {
  return database.knex.transaction(async (holder) => {
    await holder.raw('select pg_advisory_xact_lock(?)', [advisoryLock]);
    return work(database);
  });
}
