// Knex documents how to extend its clients, but its types do not include them.
declare module 'knex/lib/dialects/postgres/index.js' {
  import knex from 'knex';
  import type pg from 'pg';

  export default class PostgresClient extends knex.Client {
    acquireConnection(): Promise<pg.Client>;
    _query(connection: pg.Client, query: { readonly sql: string }): Promise<unknown>;
  }
}
