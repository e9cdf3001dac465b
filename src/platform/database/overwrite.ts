import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from './database.ts';
import { isUnavailable } from './unavailable.ts';

const maxWaitMs = 20_000;
const pauseMs = 200;

/**
 * Removes deleted rows from the files of the database where possible. SQLite rewrites the file, which blocks other
 * writers.
 * @param tables the tables to vacuum in PostgreSQL
 * @returns false if the file could not be rewritten because other processes were using it
 */
export async function overwriteDeleted(database: Database, tables: readonly string[]): Promise<boolean> {
  if (database.dialect === 'postgres') {
    for (const table of tables) await database.knex.raw('vacuum ??', [table]);
    return true;
  }
  return retryUntilFree(async () => {
    // The full-text index only marks deleted entries; merging its segments removes their words.
    await database.knex.raw("insert into users_search (users_search) values ('optimize')");
    await database.knex.raw('vacuum');
    const [result] = await database.knex.raw<{ busy: number }[]>('pragma wal_checkpoint(truncate)');
    return result?.busy === 0;
  });
}

async function retryUntilFree(work: () => Promise<boolean>): Promise<boolean> {
  for (let waited = 0; waited < maxWaitMs; waited += pauseMs) {
    try {
      if (await work()) return true;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
    await delay(pauseMs);
  }
  return false;
}
