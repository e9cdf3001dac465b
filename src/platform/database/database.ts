import type { Knex } from 'knex';

/** A placeholder for a value of a prepared query. */
export class Parameter {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export type Values = Readonly<Record<string, string | number | null>>;

/** Builds a query with Knex; `$('id')` is a placeholder for a named value. */
export type Build = (knex: Knex, $: (name: string) => Knex.Value) => Knex.QueryBuilder;

/**
 * Wraps a value in a subquery to hide it from the query planner. Otherwise, SQLite prepares a join again for the values
 * of each call, which takes 20 µs.
 */
export const opaqueValue = (knex: Knex, value: Knex.Value): Knex.Raw => knex.raw('(select ?)', [value]);

/** The database of a region. Within a transaction, the same interface runs on the transaction's connection. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  /** For writes and rare queries: Knex builds the query each time (about 190 µs). */
  readonly knex: Knex;
  /**
   * For reads on the hot path: the SQL is built once per name and process, and the driver keeps the statement prepared.
   * @param name unique per SQL text
   */
  prepare<Row>(name: string, build: Build): (values: Values) => Promise<Row[]>;
  /**
   * Runs the work in one write transaction, which is rolled back if the work throws. On PostgreSQL the work is repeated
   * if another transaction has locked a row that it needs, so it must have no effects outside the database.
   */
  transaction<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** Reads from one snapshot of the database, without blocking writers. */
  snapshot<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** Updates the statistics of the query planner, if the database does not do so automatically. */
  optimize(): Promise<void>;
  /** Truncates the write-ahead log of SQLite, which grows during long read transactions of other processes. */
  trimLog(): Promise<void>;
  /** @throws if the database does not respond */
  ping(): Promise<void>;
  /**
   * Writes a row, and reads it with a prepared query.
   * @throws if the database can't serve the portal
   */
  proveWritable(): Promise<void>;
  close(): Promise<void>;
}

/** The SQL of a query, and a function that sorts named values into the order of its placeholders. */
export interface Compiled {
  readonly sql: string;
  bind(values: Values): (string | number | null)[];
}

/** Compiles a query to SQL with the placeholders of the dialect. */
export function compile(knex: Knex, build: Build): Compiled {
  const query = build(knex, (name) => new Parameter(name) as unknown as Knex.Value)
    .toSQL()
    .toNative();
  const bindings: readonly unknown[] = query.bindings;
  return {
    sql: query.sql,
    bind: (values) =>
      bindings.map((binding) => {
        if (!(binding instanceof Parameter)) return binding as string | number | null;
        const value = values[binding.name];
        if (value === undefined) throw new Error(`Missing query value: ${binding.name}`);
        return value;
      }),
  };
}

// Knex logs to the console by default, including standard output. Errors are thrown as well, so nothing is lost.
export const silentLog = { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} };

/**
 * Defines a prepared query that all databases in the process share; see `Database.prepare`.
 * @param name unique per SQL text
 * @returns a function that runs the query on a database or within a transaction
 */
export const preparedQuery =
  <Row>(name: string, build: Build) =>
  (database: Database, values: Values): Promise<Row[]> =>
    database.prepare<Row>(name, build)(values);
