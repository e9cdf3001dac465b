import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import SqliteFile from 'better-sqlite3';
import knexFactory, { type Knex } from 'knex';
import { compile, silentLog, type Build, type Compiled, type Database, type Values } from './database.ts';
import { proveWritable } from './deployment.ts';
import { createSqliteClient, maxLogBytes } from './sqlite-client.ts';
import { SqliteFileWatch } from './sqlite-file.ts';
import { SqliteLock } from './sqlite-lock.ts';
import { withinTransaction } from './transaction.ts';

// The flag also analyzes tables that this connection has not read, because prepared reads run on a second connection.
// SQLite samples a limited number of rows per index, so this takes milliseconds at any size
// (sqlite.org/pragma.html#pragma_optimize).
const analyzeEveryTable = 0x10002;

const acquireTimeoutMs = 2_000;

/** Creates an empty database file, which only its owner may read: it will contain names and password hashes. */
export function createSqliteFile(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
}

/**
 * Opens an existing file with two connections: one in Knex for writes, and a read-only one for prepared reads. In WAL
 * mode a reader sees the last commit, never an unfinished transaction.
 * @param onFault called once per fault: the file was deleted or replaced, or is damaged
 * @param isReadOnly whether every write is rejected
 */
export function openSqlite(
  file: string,
  lockTimeoutMs: number,
  onFault: (fault: Error) => void,
  { isReadOnly = false } = {},
): Database {
  const lock = new SqliteLock(lockTimeoutMs);
  const watch = new SqliteFileWatch(file, onFault);
  const knex = openKnex(file, createSqliteClient({ file, lock, watch, isReadOnly }));
  const reader = new SqliteReader(knex, file, { lock, watch });
  const database: Database = {
    dialect: 'sqlite',
    knex,
    prepare: (name, build) => reader.prepare(name, build),
    transaction: (work) =>
      knex.transaction(async (transaction) => {
        // Acquire the write lock first: a transaction that reads before it writes can fail with SQLITE_BUSY.
        await transaction.raw('update users set epoch = epoch where 0');
        return work(withinTransaction(transaction, 'sqlite'));
      }),
    // A snapshot needs no write lock: it shows the state as of the last commit before its first query.
    snapshot: (work) => knex.transaction((transaction) => work(withinTransaction(transaction, 'sqlite'))),
    optimize: async () => {
      await knex.raw(`pragma optimize = ${analyzeEveryTable}`);
    },
    trimLog: () => trimLog(knex, file),
    ping: async () => {
      await knex.raw('select 1');
    },
    proveWritable: async () => {
      watch.assertUndamaged();

      await proveWritable(database);
    },
    close: async () => {
      watch.stop();
      reader.close();
      await knex.destroy();
    },
  };
  return database;
}

async function trimLog(knex: Knex, file: string): Promise<void> {
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
  if (log !== undefined && log.size > maxLogBytes) await knex.raw('pragma wal_checkpoint(truncate)');
}

const openKnex = (filename: string, client: ReturnType<typeof createSqliteClient>): Knex =>
  knexFactory({
    client,
    connection: { filename },
    log: silentLog,
    useNullAsDefault: true,
    // Errors are logged, and would otherwise quote the values of the statement, such as password hashes.
    compileSqlOnError: false,
    pool: { min: 1, max: 1, acquireTimeoutMillis: acquireTimeoutMs },
  });

interface Guards {
  readonly lock: SqliteLock;
  readonly watch: SqliteFileWatch;
}

/** A read-only connection and its prepared statements. */
class SqliteReader {
  readonly #knex: Knex;
  readonly #file: string;
  readonly #guards: Guards;
  readonly #statements = new Map<string, { statement: SqliteFile.Statement; compiled: Compiled }>();
  #connection: SqliteFile.Database | null = null;

  constructor(knex: Knex, file: string, guards: Guards) {
    this.#knex = knex;
    this.#file = file;
    this.#guards = guards;
  }

  /** See `Database.prepare`. */
  prepare<Row>(name: string, build: Build): (values: Values) => Promise<Row[]> {
    const { lock, watch } = this.#guards;
    return async (values) => {
      watch.assertNotLost();
      try {
        return await lock.run(() => this.#run<Row>(name, build, values));
      } catch (error) {
        watch.inspect(error);
        throw error;
      }
    };
  }

  close(): void {
    this.#connection?.close();
  }

  #run<Row>(name: string, build: Build, values: Values): Row[] | Promise<Row[]> {
    const prepared = this.#statements.get(name);
    if (prepared !== undefined) return prepared.statement.all(prepared.compiled.bind(values)) as Row[];
    return this.#prepareStatement(name, build).then(() => this.#run<Row>(name, build, values));
  }

  async #prepareStatement(name: string, build: Build): Promise<void> {
    const compiled = compile(this.#knex, build);
    const connection = this.#connection ?? (await this.#open());
    this.#statements.set(name, { compiled, statement: connection.prepare(compiled.sql) });
  }

  // The connection is opened on the first read, because the file may not exist before the first write.
  async #open(): Promise<SqliteFile.Database> {
    await this.#knex.raw('select 1');
    this.#connection ??= new SqliteFile(this.#file, { readonly: true, fileMustExist: true, timeout: 0 });
    return this.#connection;
  }
}
