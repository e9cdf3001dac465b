// Knex documents how to extend its clients, but its types do not include them.
declare module 'knex/lib/dialects/better-sqlite3/index.js' {
  import knex from 'knex';
  import type SqliteFile from 'better-sqlite3';

  export default class BetterSqliteClient extends knex.Client {
    acquireConnection(): Promise<SqliteFile.Database>;
    _query(connection: SqliteFile.Database, query: { readonly sql: string }): Promise<unknown>;
  }
}
