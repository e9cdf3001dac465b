import type pg from 'pg';
import PostgresClient from 'knex/lib/dialects/postgres/index.js';
import { attributeTo, findStoreFault } from './unavailable.ts';

/** Marks a connection that Knex must close instead of returning it to the pool. */
interface PooledConnection extends pg.Client {
  __knex__disposed?: unknown;
}

/**
 * A Knex client that closes a connection after an error that reconnecting may resolve. After a failover, for example,
 * the host name may resolve to the new primary.
 */
export class ReplacingPostgresClient extends PostgresClient {
  override async acquireConnection(): Promise<pg.Client> {
    try {
      return await super.acquireConnection();
    } catch (error) {
      throw attributeTo('PostgreSQL', error);
    }
  }

  override async _query(connection: pg.Client, query: { readonly sql: string }): Promise<unknown> {
    return replaceIfUnusable(connection, () => super._query(connection, query));
  }
}

/** Runs a statement on a pooled connection, and marks the connection if its error means that it can't be used again. */
export async function replaceIfUnusable<T>(connection: PooledConnection, statement: () => Promise<T>): Promise<T> {
  try {
    return await statement();
  } catch (error) {
    attributeTo('PostgreSQL', error);
    if (findStoreFault(error)?.replaceConnection === true) connection.__knex__disposed = error;
    throw error;
  }
}
