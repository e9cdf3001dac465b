import type { Database } from '../../src/platform/database/database.ts';

/** The Knex client that sends all statements. Each transaction has a client of its own. */
interface Client {
  query(connection: unknown, statement: string | { readonly sql: string }): Promise<unknown>;
}

interface Interruption {
  /** Called before the statement is sent. If this throws, the statement is not sent. */
  readonly before?: () => unknown;
  /** Called after the statement. If this throws, the statement appears to have failed. */
  readonly after?: () => unknown;
}

/**
 * Interrupts the first statement that matches, inside or outside a transaction, so that a test can act at that moment
 * or simulate a crash. Prepared reads of SQLite outside a transaction cannot be interrupted.
 * @returns a database that uses the same connections
 */
export function interrupt(database: Database, statement: RegExp, interruption: Interruption): Database {
  let isOver = false;
  const watch = (client: Client): void => {
    const query = client.query.bind(client);
    client.query = async (connection, sent) => {
      const isMatch = !isOver && statement.test(typeof sent === 'string' ? sent : sent.sql);
      if (!isMatch) return query(connection, sent);
      isOver = true;
      await interruption.before?.();
      const result = await query(connection, sent);
      await interruption.after?.();
      return result;
    };
  };
  const interrupted: Database = {
    ...database,
    transaction: (work) =>
      database.transaction((tx) => {
        watch(tx.knex.client as Client);
        return work(tx);
      }),
  };
  watch(database.knex.client as Client);
  return interrupted;
}

/** @returns an interruption that throws before or after the statement */
export function killed(when: 'before' | 'after', message = 'killed'): Interruption {
  return {
    [when]: () => {
      throw new Error(message);
    },
  };
}
