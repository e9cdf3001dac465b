import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import SqliteFile from 'better-sqlite3';
import type { Config, DatabaseConfig } from '../config/config.ts';
import { CommandError } from '../command-error.ts';
import { assertDataDirectoryOfRegion } from '../data-directory.ts';
import { migrationLockOf } from './migrate.ts';

/** Files that the first start or a command generates in the data directory, after it has created the database. */
const generatedFiles = ['session-secret', 'second-factor-key', 'directory-key', 'region-identity', 'region.json'];

export const newDatabaseCommand = 'npx --no-install parvis migrate --new-database';

/** Thrown if the database is missing, although other files show that it existed: it was deleted or is not mounted. */
export class DatabaseMissing extends CommandError {
  constructor(file: string, trace: string) {
    super(
      `There is no database in ${file}, but ${trace} shows that there was one. Check DATA_DIR, DATABASE_URL and that the ` +
        `disk is mounted, or restore a backup. To begin with an empty database, run "${newDatabaseCommand}".`,
    );
  }
}

/**
 * Rejects a SQLite database that has disappeared, so that no empty database is created in its place. A PostgreSQL
 * server reports a missing database itself.
 * @throws DatabaseMissing, or StoreMismatch if the files belong to another region
 */
export function assertDatabaseNotMissing(config: Pick<Config, 'database' | 'dataDirectory' | 'rules'>): void {
  const { database, dataDirectory } = config;
  if (database.kind !== 'sqlite' || hasDatabase(database)) return;
  const lock = migrationLockOf(database.file);
  const traces = [
    ...(existsSync(lock) && statSync(lock).size > 0 ? [lock] : []),
    ...generatedFiles.map((name) => path.join(dataDirectory, name)).filter((file) => existsSync(file)),
  ];
  if (traces[0] === undefined) return;
  // Another process may have created the files after the checks above: a process of another region, or a process of
  // this region that also created the database.
  assertDataDirectoryOfRegion(config);
  if (!hasDatabase(database)) throw new DatabaseMissing(database.file, traces[0]);
}

/** @returns whether a SQLite file contains a schema; true for PostgreSQL. Does not create the file */
export function hasDatabase(config: DatabaseConfig): boolean {
  if (config.kind === 'postgres') return true;
  if (!existsSync(config.file) || statSync(config.file).size === 0) return false;
  const connection = new SqliteFile(config.file, { fileMustExist: true });
  try {
    return connection.prepare("select 1 from sqlite_master where name = 'deployment'").get() !== undefined;
  } finally {
    connection.close();
  }
}
