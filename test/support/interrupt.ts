import type { Database } from '../../src/platform/database/database.ts';

/** What a statement is sent to; every query of Knex passes through it, those of a transaction through one of their own. */
interface Client {
  query(connection: unknown, statement: string | { readonly sql: string }): Promise<unknown>;
}

interface Interruption {
  /** Runs before the statement is sent; when it throws, the statement is not sent. */
  readonly before?: () => unknown;
  /** Runs when the statement is done; when it throws, the caller believes that the statement failed. */
  readonly after?: () => unknown;
}

/**
 * Interrupts the first statement whose text fits, inside a transaction or outside: lets a test do something at that very
 * moment, or fail as if the process had died there. Prepared reads of SQLite outside a transaction are not seen.
 * @returns a database of the same connections
 */
export function interrupt(database: Database, statement: RegExp, interruption: Interruption): Database {
  let isOver = false;
  const watch = (client: Client): void => {
    const query = client.query.bind(client);
    client.query = async (connection, sent) => {
      const isIt = !isOver && statement.test(typeof sent === 'string' ? sent : sent.sql);
      if (!isIt) return query(connection, sent);
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

/** @returns an interruption that fails, before the statement or after it */
export function killed(when: 'before' | 'after', message = 'killed'): Interruption {
  return {
    [when]: () => {
      throw new Error(message);
    },
  };
}
