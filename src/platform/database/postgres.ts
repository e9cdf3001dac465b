import { createHash } from 'node:crypto';
import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { compile, silent, type Build, type Compiled, type Database, type Values } from './database.ts';
import { withinTransaction } from './transaction.ts';

const acquireTimeoutMs = 2_000;
// What changes the schema has nobody waiting for it, and a server that has just been started may take its time.
const migrationsAcquireTimeoutMs = 20_000;
const bigintType = 20;

const builtInParser = pg.types.getTypeParser as (oid: number, format?: 'text' | 'binary') => (text: string) => unknown;

// Times are kept as bigint milliseconds: all of them are exact in a JavaScript number until the year 287396.
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === bigintType ? Number : builtInParser(oid, format),
};

interface Statement extends Compiled {
  readonly name: string;
}

// PostgreSQL cuts names off after 63 bytes: two long ones that differ only behind that would be the same statement.
const shortName = (name: string): string => createHash('sha256').update(name).digest('base64url');

/** A pool of connections to PostgreSQL; prepared reads are named statements, kept by each connection. */
export function openPostgres(url: string, statementTimeoutMs: number): Database {
  const patienceMs = statementTimeoutMs > 0 ? acquireTimeoutMs : migrationsAcquireTimeoutMs;
  const knex = knexFactory({
    client: 'pg',
    log: silent,
    compileSqlOnError: false,
    connection: {
      connectionString: url,
      types: types as unknown as Knex.PgConnectionConfig['types'],
      statement_timeout: statementTimeoutMs,
      // The client's own limit, for a server that does not even say that it gives up.
      ...(statementTimeoutMs > 0 ? { query_timeout: statementTimeoutMs + 1_000 } : {}),
      connectionTimeoutMillis: patienceMs,
      application_name: 'parvis',
    },
    pool: { min: 0, max: 10, acquireTimeoutMillis: patienceMs },
    acquireConnectionTimeout: patienceMs,
  });
  const statements = new Map<string, Statement>();

  const prepare = <Row>(name: string, build: Build) => {
    return async (values: Values): Promise<Row[]> => {
      let statement = statements.get(name);
      if (statement === undefined)
        statements.set(name, (statement = { name: shortName(name), ...compile(knex, build) }));
      const client = knex.client as {
        acquireConnection(): Promise<pg.Client>;
        releaseConnection(connection: pg.Client): Promise<void>;
      };
      const connection = await client.acquireConnection();
      try {
        const result = await connection.query({
          name: statement.name,
          text: statement.sql,
          values: statement.bind(values),
        });
        return result.rows as Row[];
      } finally {
        await client.releaseConnection(connection);
      }
    };
  };

  return {
    dialect: 'postgres',
    knex,
    prepare,
    transaction: (work) => knex.transaction((transaction) => work(withinTransaction(transaction, 'postgres'))),
    snapshot: (work) =>
      knex.transaction((transaction) => work(withinTransaction(transaction, 'postgres')), {
        isolationLevel: 'repeatable read',
        readOnly: true,
      }),
    ping: async () => {
      await knex.raw('select 1');
    },
    close: () => knex.destroy(),
  };
}
