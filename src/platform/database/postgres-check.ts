import pg from 'pg';
import { describeStoreFault, findStoreFault } from './unavailable.ts';

const connectionTimeoutMs = 2_000;
const statementName = 'parvis_check';
const rounds = 3;

/**
 * Checks that a PostgreSQL server accepts writes, and that each connection keeps its prepared statements. A connection
 * pooler in transaction mode does not keep them, because its clients share the connections to the server.
 * @throws Error that states the reason and what to change
 */
export async function assertServerSuits(url: string): Promise<void> {
  const clients = [1, 2].map(
    () =>
      new pg.Client({
        connectionString: url,
        connectionTimeoutMillis: connectionTimeoutMs,
        application_name: 'parvis',
      }),
  );
  try {
    for (const client of clients) {
      client.on('error', () => undefined);
      await client.connect();
    }
    const answer = await clients[0]?.query<{ transaction_read_only: string }>('show transaction_read_only');
    if (answer?.rows[0]?.transaction_read_only === 'on')
      throw new Error('the server accepts no writes: it is a standby, or transactions are read-only');
    await assertStatementsAreKept(clients);
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}

// Both clients prepare a statement with the same name. On a shared server connection, the second client fails or runs
// the first client's statement.
async function assertStatementsAreKept(clients: readonly pg.Client[]): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const [index, client] of clients.entries()) {
      const text = `select ${index} as client`;
      const answer = await client.query<{ client: number }>({ name: statementName, text }).catch(asPoolerFault);
      if (answer.rows[0]?.client !== index) throw new Error(sharedConnections);
    }
  }
}

const sharedConnections =
  'a connection pooler in transaction mode mixes up prepared statements; use session mode, or with PgBouncer 1.21 or later set max_prepared_statements';

function asPoolerFault(error: unknown): never {
  const fault = findStoreFault(error);
  throw new Error(fault === null ? sharedConnections : describeStoreFault(fault), { cause: error });
}
