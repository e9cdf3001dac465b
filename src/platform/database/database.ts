import type { Knex } from 'knex';

/** Stands for a value that is only known when a prepared query runs. */
export class Parameter {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export type Values = Readonly<Record<string, string | number | null>>;

/** Describes a query once, with Knex' words; `$('id')` stands where a value will be. */
export type Build = (knex: Knex, $: (name: string) => Knex.Value) => Knex.QueryBuilder;

/**
 * A value in a query of several tables. SQLite would plan such a query anew at each call, to look at the value: 20 µs.
 * Behind a sub-query it is a value like any other.
 */
export const opaqueValue = (knex: Knex, value: Knex.Value): Knex.Raw => knex.raw('(select ?)', [value]);

/** One database of one region. Inside a transaction the same interface speaks through that transaction. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  /** For writes and for what is rare: Knex builds the query each time (some 190 µs). */
  readonly knex: Knex;
  /**
   * For reads on the hot path: the text is built once per name and process, and the driver keeps it prepared.
   * @param name unique per query text
   */
  prepare<Row>(name: string, build: Build): (values: Values) => Promise<Row[]>;
  /** Runs the work in one write transaction: all of it or, when it throws, nothing. */
  transaction<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** Reads everything as it is at one moment, however long it takes; nobody waits for it. */
  snapshot<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** Updates the statistics that the query planner uses, where the database does not do so by itself. */
  optimize(): Promise<void>;
  /** @throws when the database does not answer */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A query's text with the order of its values: numbers are the positions of named values. */
export interface Compiled {
  readonly sql: string;
  bind(values: Values): (string | number | null)[];
}

/** @returns the text of a query, in the dialect's own placeholders */
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
        if (value === undefined) throw new Error(`The query needs a value for ${binding.name}`);
        return value;
      }),
  };
}

// Knex would speak to the console, standard output included; whatever goes wrong is thrown besides.
export const silentLog = { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} };

/**
 * A read on the hot path, described once for all databases of the process; see `Database.prepare`.
 * @param name unique per query text
 * @returns what runs it on a database, or within a transaction
 */
export const preparedQuery =
  <Row>(name: string, build: Build) =>
  (database: Database, values: Values): Promise<Row[]> =>
    database.prepare<Row>(name, build)(values);
