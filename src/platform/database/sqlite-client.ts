import SqliteFile from 'better-sqlite3';
import BetterSqliteClient from 'knex/lib/dialects/better-sqlite3/index.js';
import { attributeTo } from './unavailable.ts';
import type { SqliteFileWatch } from './sqlite-file.ts';
import type { SqliteLock } from './sqlite-lock.ts';

// A long read transaction in another process prevents the write-ahead log from being reused, so the log grows.
// Afterwards it is truncated to this size.
export const maxLogBytes = 4 * 1024 * 1024;

interface SqliteClientOptions {
  readonly file: string;
  readonly lock: SqliteLock;
  readonly watch: SqliteFileWatch;
  /** Whether every write is rejected. */
  readonly isReadOnly: boolean;
}

/**
 * @returns a client for Knex whose statements wait for locks without blocking the event loop, and fail if the file was
 * deleted or replaced. It is a class, because Knex creates a client for each transaction.
 */
export function createSqliteClient({ file, lock, watch, isReadOnly }: SqliteClientOptions): typeof BetterSqliteClient {
  return class extends BetterSqliteClient {
    override async acquireConnection(): Promise<SqliteFile.Database> {
      try {
        return await super.acquireConnection();
      } catch (error) {
        throw attributeTo('SQLite', error);
      }
    }

    override async acquireRawConnection(): Promise<SqliteFile.Database> {
      const connection = await lock.run(() => openConnection(file, isReadOnly));
      watch.start();
      return connection;
    }

    override async _query(connection: SqliteFile.Database, query: { readonly sql: string }): Promise<unknown> {
      try {
        if (!connection.inTransaction) watch.assertPresent();
        const result = await lock.run(() => super._query(connection, query));
        if (acquiresLock(query)) lock.acquired();
        // A commit to a deleted file must not be reported as successful.
        if (!connection.inTransaction) watch.assertPresent();
        return result;
      } catch (error) {
        watch.inspect(error);
        throw error;
      }
    }
  };
}

const acquiresLock = ({ sql }: { readonly sql: string }): boolean =>
  /^(insert|update|delete|begin immediate|commit)\b/i.test(sql);

function openConnection(file: string, isReadOnly: boolean): SqliteFile.Database {
  const connection = new SqliteFile(file, { fileMustExist: true, timeout: 0 });
  try {
    // A connection that is opened as read-only would leave the write-ahead log files behind when it closes.
    connection.pragma(isReadOnly ? 'query_only = ON' : 'journal_mode = WAL');
    connection.pragma(`journal_size_limit = ${maxLogBytes}`);
    // FULL: committed transactions survive a power failure.
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    // Overwrite deleted data instead of leaving it in the file until the space is reused.
    connection.pragma('secure_delete = ON');
    // The first read creates the write-ahead log, which is watched as well.
    connection.pragma('user_version');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
