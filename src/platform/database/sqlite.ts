import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import SqliteFile from 'better-sqlite3';
import knexFactory, { type Knex } from 'knex';
import { compile, silentLog, type Build, type Compiled, type Database, type Values } from './database.ts';
import { withinTransaction } from './transaction.ts';

// Also analyzes tables that this connection has not read, because prepared reads run on a second connection. SQLite
// samples a limited number of rows per index, so this takes milliseconds at any size
// (sqlite.org/pragma.html#pragma_optimize).
const analyzeEveryTable = 0x10002;

/**
 * Opens a file with two connections: one of Knex for writes, and a read-only one for prepared reads. In WAL mode a
 * reader sees the last commit, never an unfinished transaction.
 */
export function openSqlite(file: string, lockTimeoutMs: number): Database {
  // The file contains names and password hashes, so only its owner may read it.
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  const knex = knexFactory({
    client: 'better-sqlite3',
    connection: { filename: file },
    log: silentLog,
    useNullAsDefault: true,
    // Errors are logged, and would otherwise quote the values of the statement, such as password hashes.
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
        // Acquire the write lock first: a transaction that reads before it writes can fail with SQLITE_BUSY.
        await transaction.raw('update users set epoch = epoch where 0');
        return work(withinTransaction(transaction, 'sqlite'));
      }),
    // Without the write lock: the snapshot is the last commit before the first query.
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

/** A read-only connection and its prepared statements. */
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
      let prepared = this.#statements.get(name);
      if (prepared === undefined) {
        const compiled = compile(this.#knex, build);
        const connection = this.#connection ?? (await this.#open());
        prepared = { compiled, statement: connection.prepare(compiled.sql) };
        this.#statements.set(name, prepared);
      }
      return prepared.statement.all(prepared.compiled.bind(values)) as Row[];
    };
  }

  close(): void {
    this.#connection?.close();
  }

  // Opened at the first read, because the file may not exist before the first write.
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
    // FULL: no committed transaction is lost in a power failure.
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    // Overwrite deleted data instead of leaving it in the file until the space is reused.
    connection.pragma('secure_delete = ON');
    done(null, connection);
  };
