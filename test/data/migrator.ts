import type { DatabaseConfig } from '../../src/platform/config/config.ts';
import { builtInRulesFile, readRules } from '../../src/platform/config/rules.ts';
import { migrate, prepareDatabase } from '../../src/platform/database/migrate.ts';

/** A database to migrate, and the region to prepare it for, if any. */
type Order = DatabaseConfig & { readonly region?: string };

/** The reply of the process: the migrations that it ran, or its error. */
export interface Answer {
  readonly ran: readonly string[];
  readonly error?: string;
}

const answer = (reply: Answer): void => void process.send?.(reply);

async function carryOut({ region, ...database }: Order): Promise<readonly string[]> {
  if (region === undefined) return migrate(database);
  return (await prepareDatabase({ database, rules: readRules(builtInRulesFile(region) ?? '').rules! })).migrations;
}

process.on('message', (order: Order) => {
  carryOut(order).then(
    (ran) => answer({ ran }),
    (error: unknown) => answer({ ran: [], error: String(error) }),
  );
});
process.send?.('ready');
