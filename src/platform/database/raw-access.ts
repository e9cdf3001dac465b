import type SqliteFile from 'better-sqlite3';
import type { Database } from './database.ts';

interface SqliteKnexClient {
  acquireConnection(): Promise<SqliteFile.Database>;
  releaseConnection(connection: SqliteFile.Database): Promise<void>;
  _query(connection: SqliteFile.Database, query: { readonly sql: string }): Promise<unknown>;
}

/**
 * @returns a substitute for Knex, for a library that acquires connections and runs statements on them directly. On
 * SQLite, each acquired connection has an open write transaction, and waiting for its lock does not block the event
 * loop.
 */
export function rawAccessTo({ knex, dialect }: Database): unknown {
  if (dialect === 'postgres') return knex;
  const client = knex.client as SqliteKnexClient;
  const acquireConnection = async (): Promise<SqliteFile.Database> => {
    const connection = await client.acquireConnection();
    try {
      await client._query(connection, { sql: 'begin immediate' });
      return connection;
    } catch (error) {
      await client.releaseConnection(connection);
      throw error;
    }
  };
  const releaseConnection = (connection: SqliteFile.Database): Promise<void> => {
    try {
      if (connection.inTransaction) connection.exec('commit');
    } finally {
      if (connection.inTransaction) connection.exec('rollback');
      void client.releaseConnection(connection);
    }
    return Promise.resolve();
  };
  const { raw } = knex;
  return { raw, client: { config: { client: 'better-sqlite3' }, acquireConnection, releaseConnection } };
}
