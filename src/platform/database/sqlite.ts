import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import SqliteFile from 'better-sqlite3';
import knexFactory, { type Knex } from 'knex';
import { compile, silentLog, type Build, type Compiled, type Database, type Values } from './database.ts';
import { withinTransaction } from './transaction.ts';

// Tables that this connection has not read are analyzed too: a prepared read runs on the other one. SQLite looks at a limited
// number of rows per index, so that it takes milliseconds whatever the size (sqlite.org/pragma.html#pragma_optimize).
const analyzeEveryTable = 0x10002;

/**
 * Opens one file with two connections: writes go through Knex's single connection, prepared reads through a read-only one.
 * A reader of a write-ahead log sees the last commit, never an unfinished transaction.
 */
export function openSqlite(file: string, lockTimeoutMs: number): Database {
  // The file contains names and password hashes: only this account of the machine may read it.
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  const knex = knexFactory({
    client: 'better-sqlite3',
    connection: { filename: file },
    log: silentLog,
    useNullAsDefault: true,
    // Otherwise an error quotes the values of its statement, a password's hash included, and errors are logged.
    compileSqlOnError: false,
    pool: { min: 1, max: 1, acquireTimeoutMillis: 2_000, afterCreate: setUpConnection(lockTimeoutMs) },
  });
  const reader = new SqliteReader(knex, file, lockTimeoutMs);
  return {
    dialect: 'sqlite',
    knex,
    prepare: (name, build) => reader.prepare(name, build),
    transaction: (work) =>
      knex.transaction(async (transaction) => {
        // Takes the write lock first: a transaction that reads first and writes later could be refused halfway.
        await transaction.raw('update users set epoch = epoch where 0');
        return work(withinTransaction(transaction, 'sqlite'));
      }),
    // Without the write lock: it reads the last commit before its first query.
    snapshot: (work) => knex.transaction((transaction) => work(withinTransaction(transaction, 'sqlite'))),
    optimize: async () => {
      await knex.raw(`pragma optimize = ${analyzeEveryTable}`);
    },
    ping: async () => {
      await knex.raw('select 1');
    },
    close: async () => {
      reader.close();
      await knex.destroy();
    },
  };
}

/** The read-only connection to a file, and the statements prepared on it. */
class SqliteReader {
  readonly #knex: Knex;
  readonly #file: string;
  readonly #lockTimeoutMs: number;
  readonly #statements = new Map<string, { statement: SqliteFile.Statement; compiled: Compiled }>();
  #connection: SqliteFile.Database | null = null;

  constructor(knex: Knex, file: string, lockTimeoutMs: number) {
    this.#knex = knex;
    this.#file = file;
    this.#lockTimeoutMs = lockTimeoutMs;
  }

  /** See `Database.prepare`. */
  prepare<Row>(name: string, build: Build): (values: Values) => Promise<Row[]> {
    return async (values) => {
      let known = this.#statements.get(name);
      if (known === undefined) {
        const compiled = compile(this.#knex, build);
        const connection = this.#connection ?? (await this.#open());
        known = { compiled, statement: connection.prepare(compiled.sql) };
        this.#statements.set(name, known);
      }
      return known.statement.all(known.compiled.bind(values)) as Row[];
    };
  }

  close(): void {
    this.#connection?.close();
  }

  // Opened at the first read: before the first write there may be no file to read.
  async #open(): Promise<SqliteFile.Database> {
    await this.#knex.raw('select 1');
    this.#connection ??= new SqliteFile(this.#file, { readonly: true, timeout: this.#lockTimeoutMs });
    return this.#connection;
  }
}

type Done = (error: unknown, connection: SqliteFile.Database) => void;

const setUpConnection =
  (lockTimeoutMs: number) =>
  (connection: SqliteFile.Database, done: Done): void => {
    connection.pragma(`busy_timeout = ${lockTimeoutMs}`);
    connection.pragma('journal_mode = WAL');
    // FULL: what was acknowledged survives a power cut.
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    // Overwrite deleted data, instead of leaving it in the file until the space is reused.
    connection.pragma('secure_delete = ON');
    done(null, connection);
  };
