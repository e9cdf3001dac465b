import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import SqliteFile from 'better-sqlite3';
import knexFactory, { type Knex } from 'knex';
import { compile, silent, type Build, type Compiled, type Database, type Values } from './database.ts';
import { withinTransaction } from './transaction.ts';

// A command may hold the write lock for a moment while the server runs; the driver waits on the event loop.
const busyTimeoutMs = 250;

// What lies all over the file is read through the system's own memory of it: a page of a million people's list lies in fifty
// places, and to fetch each by a call takes longer than all else. Two gigabytes are the most that SQLite maps; what is beyond is
// fetched. Whatever reads the file from end to end is kept away from it: all of that would count as this process's memory.
const mappedBytes = 2 ** 31;

/**
 * Opens one file with three connections: writes go through Knex's single connection, prepared reads through two read-only ones.
 * A reader of a write-ahead log sees the last commit, never an unfinished transaction.
 */
export function openSqlite(file: string): Database {
  // The file contains names and password hashes: only this account of the machine may read it.
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  const knex = knexFactory({
    client: 'better-sqlite3',
    connection: { filename: file },
    log: silent,
    useNullAsDefault: true,
    // Otherwise an error quotes the values of its statement, a password's hash included, and errors are logged.
    compileSqlOnError: false,
    pool: { min: 1, max: 1, acquireTimeoutMillis: 2_000, afterCreate: setUpConnection },
  });
  const readers = new SqliteReaders(knex, file);
  return {
    dialect: 'sqlite',
    knex,
    prepare: (name, build, reads) => readers.prepare(name, build, reads),
    transaction: (work) =>
      knex.transaction(async (transaction) => {
        // Takes the write lock first: a transaction that reads first and writes later could be refused halfway.
        await transaction.raw('update users set epoch = epoch where 0');
        return work(withinTransaction(transaction, 'sqlite'));
      }),
    // Without the write lock: it reads the last commit before its first query.
    snapshot: (work) => knex.transaction((transaction) => work(withinTransaction(transaction, 'sqlite'))),
    ping: async () => {
      await knex.raw('select 1');
    },
    close: async () => {
      readers.close();
      await knex.destroy();
    },
  };
}

/** The read-only connections to a file, one for each memory map size, and the statements prepared on them. */
class SqliteReaders {
  readonly #knex: Knex;
  readonly #file: string;
  readonly #readers = new Map<number, SqliteFile.Database>();
  readonly #statements = new Map<string, { statement: SqliteFile.Statement; compiled: Compiled }>();

  constructor(knex: Knex, file: string) {
    this.#knex = knex;
    this.#file = file;
  }

  /** See `Database.prepare`. */
  prepare<Row>(name: string, build: Build, reads?: 'scattered'): (values: Values) => Promise<Row[]> {
    const mapped = reads === 'scattered' ? mappedBytes : 0;
    return async (values) => {
      let known = this.#statements.get(name);
      if (known === undefined) {
        const compiled = compile(this.#knex, build);
        const reader = this.#readers.get(mapped) ?? (await this.#open(mapped));
        known = { compiled, statement: reader.prepare(compiled.sql) };
        this.#statements.set(name, known);
      }
      return known.statement.all(known.compiled.bind(values)) as Row[];
    };
  }

  close(): void {
    for (const reader of this.#readers.values()) reader.close();
  }

  // Opened at the first read: before the first write there may be no file to read.
  async #open(mapped: number): Promise<SqliteFile.Database> {
    await this.#knex.raw('select 1');
    const opened = this.#readers.get(mapped);
    if (opened !== undefined) return opened;
    const reader = new SqliteFile(this.#file, { readonly: true, timeout: busyTimeoutMs });
    reader.pragma(`mmap_size = ${mapped}`);
    this.#readers.set(mapped, reader);
    return reader;
  }
}

function setUpConnection(
  connection: SqliteFile.Database,
  done: (error: unknown, connection: SqliteFile.Database) => void,
): void {
  connection.pragma('journal_mode = WAL');
  // FULL: what was acknowledged survives a power cut.
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  // What is deleted is overwritten, instead of lying in the file until its place is needed.
  connection.pragma('secure_delete = ON');
  connection.pragma(`busy_timeout = ${busyTimeoutMs}`);
  done(null, connection);
}
