import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from './database.ts';
import { isUnavailable } from './unavailable.ts';

const maxWaitMs = 20_000;
const pauseMs = 200;

/**
 * Leaves nothing of what was deleted in a database's own files, as far as it lets one: after a transaction that deleted much.
 * Others wait to write meanwhile, with SQLite for as long as the file takes to be written anew.
 * @param tables PostgreSQL's, whose dead rows go
 * @returns whether it could be done; false while others keep the file busy
 */
export async function overwriteDeleted(database: Database, tables: readonly string[]): Promise<boolean> {
  if (database.dialect === 'postgres') {
    for (const table of tables) await database.knex.raw('vacuum ??', [table]);
    return true;
  }
  return retryUntilFree(async () => {
    // The index of words marks who was deleted, and forgets their words only when its parts are put together.
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
