import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import SqliteFile from 'better-sqlite3';
import type { Place } from './places.ts';
import { tablePlaces, type RegionStores } from './stores.ts';
import { CommandError } from '../../src/platform/command-error.ts';

const busyTimeoutMs = 5_000;

/**
 * Opens the embedded database of a region, which contains the sessions too. Emails are in the outbox of the region's
 * data folder.
 * @param given the path of a database file given by the caller; null for the file in the data folder
 */
export function sqliteStores(folder: string, given: string | null): RegionStores {
  const file = given ?? path.join(folder, 'parvis.sqlite');
  return {
    environment: given === null ? {} : { DATABASE_URL: `sqlite:${given}` },
    ports: new Map(),
    files: [file, `${file}-wal`, `${file}-shm`, `${file}-journal`],
    described: 'embedded SQLite, which also stores the sessions',
    identity: path.resolve(file),
    checkEmpty: () => checkHasNoTenants(file),
    read: () => Promise.resolve(existsSync(file) ? [...tablesIn(file), ...databaseFilePlaces(file)] : []),
    backup: () => backUp(file, path.join(path.dirname(folder), `${path.basename(folder)}-backup.sqlite`)),
    plant: async (text) => {
      const row = 'insert into throttles (key, points) values (?, 0)';
      withDatabase(file, (database) => database.prepare(row).run(text), false);
      await Promise.resolve();
    },
    recorders: [],
    mails: () => [],
    plantMail: () => undefined,
    close: () => Promise.resolve(),
  };
}

function withDatabase<T>(file: string, work: (database: SqliteFile.Database) => T, readonly = true): T {
  const database = new SqliteFile(file, { readonly, timeout: busyTimeoutMs });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

function checkHasNoTenants(file: string): Promise<void> {
  const hasTenants = existsSync(file) && withDatabase(file, (database) => hasRows(database, 'tenants'));
  return hasTenants
    ? Promise.reject(new CommandError('The given database contains tenants; the proof requires an empty one'))
    : Promise.resolve();
}

const tablesIn = (file: string): Place[] =>
  withDatabase(file, (database) => tablesOf(database).flatMap((name) => tablePlaces(name, rowsOf(database, name))));

function databaseFilePlaces(file: string): Place[] {
  const files = [file, `${file}-wal`].filter((each) => existsSync(each));
  return files.map((each) =>
    filePlace(each === file ? 'database file' : 'write-ahead log', readFileSync(each), 'database file'),
  );
}

/**
 * Backs up a database file and reads the backup.
 * @param copy the path of the backup, which is deleted once it has been read
 */
async function backUp(file: string, copy: string): Promise<Place[]> {
  if (!existsSync(file)) return [];
  const database = new SqliteFile(file, { readonly: true, timeout: busyTimeoutMs });
  await database.backup(copy);
  database.close();
  const content = readFileSync(copy);
  rmSync(copy);
  return [filePlace('SQLite’s own backup of the database', content, 'backup')];
}

const filePlace = (name: string, content: Buffer, kind: Place['kind']): Place => ({
  kind,
  name,
  content,
  items: 1,
  mayHoldDomains: true,
  showsSecrets: false,
  mayHoldMoves: true,
});

const tablesOf = (database: SqliteFile.Database): string[] =>
  (database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[]).map(
    ({ name }) => name,
  );

const rowsOf = (database: SqliteFile.Database, table: string): Record<string, unknown>[] =>
  database.prepare(`select * from "${table}"`).all() as Record<string, unknown>[];

const hasRows = (database: SqliteFile.Database, table: string): boolean =>
  tablesOf(database).includes(table) && rowsOf(database, table).length > 0;
