import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import SqliteFile from 'better-sqlite3';
import { CommandFault } from '../../src/cli/context.ts';
import type { Place } from './places.ts';
import { tablePlaces, type RegionStores } from './stores.ts';

const patienceMs = 5_000;

/**
 * The embedded database of a region, which holds the sessions too; mails lie in the outbox of its data folder.
 * @param given a file of the caller's own; null for the one in the data folder
 */
export function sqliteStores(folder: string, given: string | null): RegionStores {
  const file = given ?? path.join(folder, 'parvis.sqlite');
  const within = <T>(work: (database: SqliteFile.Database) => T, readonly = true): T => {
    const database = new SqliteFile(file, { readonly, timeout: patienceMs });
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  const place = (name: string, content: Buffer, kind: Place['kind']): Place => ({
    kind,
    name,
    content,
    items: 1,
    mayHoldDomains: true,
    showsSecrets: false,
    tellsMoves: true,
  });
  return {
    environment: given === null ? {} : { DATABASE_URL: `sqlite:${given}` },
    ports: new Map(),
    files: [file, `${file}-wal`, `${file}-shm`, `${file}-journal`],
    described: 'embedded SQLite, which holds the sessions too',
    identity: path.resolve(file),
    checkEmpty: () => {
      const holdsTenants = existsSync(file) && within((database) => hasRows(database, 'tenants'));
      return holdsTenants
        ? Promise.reject(new CommandFault('The given database holds tenants: the proof wants an empty one'))
        : Promise.resolve();
    },
    read: () => {
      if (!existsSync(file)) return Promise.resolve([]);
      const files = [file, `${file}-wal`].filter((each) => existsSync(each));
      const tables = within((database) =>
        tablesOf(database).flatMap((name) => tablePlaces(name, rowsOf(database, name))),
      );
      const inFiles = files.map((each) =>
        place(each === file ? 'database file' : 'write-ahead log', readFileSync(each), 'database file'),
      );
      return Promise.resolve([...tables, ...inFiles]);
    },
    backup: async () => {
      if (!existsSync(file)) return [];
      const copy = path.join(path.dirname(folder), `${path.basename(folder)}-backup.sqlite`);
      const database = new SqliteFile(file, { readonly: true, timeout: patienceMs });
      await database.backup(copy);
      database.close();
      const content = readFileSync(copy);
      rmSync(copy);
      return [place('SQLite’s own backup of the database', content, 'backup')];
    },
    plant: async (text) => {
      const row = 'insert into throttles (key, points) values (?, 0)';
      within((database) => database.prepare(row).run(text), false);
      await Promise.resolve();
    },
    recorders: [],
    mails: () => [],
    plantMail: () => undefined,
    close: () => Promise.resolve(),
  };
}

const tablesOf = (database: SqliteFile.Database): string[] =>
  (database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[]).map(
    ({ name }) => name,
  );

const rowsOf = (database: SqliteFile.Database, table: string): Record<string, unknown>[] =>
  database.prepare(`select * from "${table}"`).all() as Record<string, unknown>[];

const hasRows = (database: SqliteFile.Database, table: string): boolean =>
  tablesOf(database).includes(table) && rowsOf(database, table).length > 0;
