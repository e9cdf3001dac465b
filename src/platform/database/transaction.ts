import type { Knex } from 'knex';
import type { Build, Database, Values } from './database.ts';
import { proveWritable } from './deployment.ts';

/** The database within a transaction: all queries, including prepared reads, run on the transaction's connection. */
export function withinTransaction(transaction: Knex.Transaction, dialect: Database['dialect']): Database {
  const tx: Database = {
    dialect,
    knex: transaction,
    prepare: <Row>(_name: string, build: Build) => {
      return async (values: Values) => {
        const rows: unknown = await build(transaction, (name) => values[name] as Knex.Value);
        return rows as Row[];
      };
    },
    transaction: (work) => work(tx),
    snapshot: (work) => work(tx),
    optimize: async () => {},
    trimLog: async () => {},
    ping: async () => {
      await transaction.raw('select 1');
    },
    proveWritable: () => proveWritable(tx),
    close: async () => {},
  };
  return tx;
}
