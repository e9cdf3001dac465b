import { createHash } from 'node:crypto';
import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { compile, silentLog, type Build, type Compiled, type Database, type Values } from './database.ts';
import { proveWritable } from './deployment.ts';
import { ReplacingPostgresClient, replaceIfUnusable } from './postgres-client.ts';
import { retryWhileLocked } from './row-locks.ts';
import { withinTransaction } from './transaction.ts';

const acquireTimeoutMs = 2_000;
// The timeout is longer for migrations: no request waits for them, and a server that has just started may be slow.
const migrationsAcquireTimeoutMs = 20_000;
// How long transactions without a statement timeout wait for a locked row.
const maxUnlimitedWaitMs = 60_000;
const bigintType = 20;

const builtInParser = pg.types.getTypeParser as (oid: number, format?: 'text' | 'binary') => (text: string) => unknown;

// Times are stored as bigint milliseconds, which a JavaScript number represents exactly until the year 287396.
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === bigintType ? Number : builtInParser(oid, format),
};

interface Statement extends Compiled {
  readonly name: string;
}

// PostgreSQL truncates names after 63 bytes, so two long names with the same prefix would collide.
const shortName = (name: string): string => createHash('sha256').update(name).digest('base64url');

/** Opens a connection pool to PostgreSQL. Prepared reads are named statements, which each connection caches. */
export function openPostgres(url: string, statementTimeoutMs: number, { isReadOnly = false } = {}): Database {
  const knex = createPool(url, statementTimeoutMs, isReadOnly);
  const statements = new Map<string, Statement>();
  const database: Database = {
    dialect: 'postgres',
    knex,
    prepare:
      <Row>(name: string, build: Build) =>
      async (values: Values) =>
        runStatement<Row>(knex, statementOf(statements, knex, name, build), values),
    transaction: (work) =>
      retryWhileLocked(
        () => knex.transaction((transaction) => work(withinTransaction(transaction, 'postgres'))),
        statementTimeoutMs > 0 ? statementTimeoutMs : maxUnlimitedWaitMs,
      ),
    snapshot: (work) =>
      knex.transaction((transaction) => work(withinTransaction(transaction, 'postgres')), {
        isolationLevel: 'repeatable read',
        readOnly: true,
      }),
    // Autovacuum updates the statistics.
    optimize: async () => {},
    trimLog: async () => {},
    ping: async () => {
      await knex.raw('select 1');
    },
    proveWritable: () => proveWritable(database),
    close: () => knex.destroy(),
  };
  return database;
}

function createPool(url: string, statementTimeoutMs: number, isReadOnly: boolean): Knex {
  const acquireMs = statementTimeoutMs > 0 ? acquireTimeoutMs : migrationsAcquireTimeoutMs;
  return knexFactory({
    client: ReplacingPostgresClient,
    log: silentLog,
    compileSqlOnError: false,
    connection: {
      connectionString: url,
      types: types as unknown as Knex.PgConnectionConfig['types'],
      statement_timeout: statementTimeoutMs,
      // The client's own limit, in case the server never reports its timeout.
      ...(statementTimeoutMs > 0 ? { query_timeout: statementTimeoutMs + 1_000 } : {}),
      connectionTimeoutMillis: acquireMs,
      application_name: 'parvis',
    },
    pool: {
      min: 0,
      max: 10,
      acquireTimeoutMillis: acquireMs,
      ...(isReadOnly ? { afterCreate: rejectWrites } : {}),
    },
    acquireConnectionTimeout: acquireMs,
  });
}

type Done = (error: unknown, connection: pg.Client) => void;

const rejectWrites = (connection: pg.Client, done: Done): void =>
  connection.query('set default_transaction_read_only = on', (error) => done(error, connection));

/** @returns the named statement of a query, which is compiled once per pool */
function statementOf(statements: Map<string, Statement>, knex: Knex, name: string, build: Build): Statement {
  const known = statements.get(name);
  if (known !== undefined) return known;
  const statement = { name: shortName(name), ...compile(knex, build) };
  statements.set(name, statement);
  return statement;
}

async function runStatement<Row>(knex: Knex, { name, sql, bind }: Statement, values: Values): Promise<Row[]> {
  const client = knex.client as {
    acquireConnection(): Promise<pg.Client>;
    releaseConnection(connection: pg.Client): Promise<void>;
  };
  const connection = await client.acquireConnection();
  try {
    const result = await replaceIfUnusable(connection, () =>
      connection.query({ name, text: sql, values: bind(values) }),
    );
    return result.rows as Row[];
  } finally {
    await client.releaseConnection(connection);
  }
}
