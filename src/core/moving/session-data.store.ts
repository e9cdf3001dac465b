import type { Database } from '../../platform/database/database.ts';
import { processInChunks } from '../../platform/database/chunks.ts';
import { domainOf } from '../../domain/people/user.ts';

const sessionsPerQuery = 1_000;
// A small number of IDs or keys per statement, because each SQLite query blocks the event loop.
const idsPerQuery = 400;

/**
 * @returns the keys of session data that contains a user name with one of these domains, or that belongs to an ended
 * session
 */
export async function findSessionKeys(
  database: Database,
  domains: readonly string[],
  rows: readonly SessionRow[],
): Promise<string[]> {
  const read = rows.map(({ key, data }) => ({ key, ...(JSON.parse(data) as SessionData) }));
  const ids = read.flatMap(({ passport }) => passport?.user?.sessionId ?? []);
  const live = new Set<string>();
  await processInChunks(ids, idsPerQuery, async (some) => {
    const found = await database.knex('user_sessions').whereIn('id', some).select<{ id: string }[]>('id');
    for (const { id } of found) live.add(id);
  });
  return read
    .filter(({ username = '', passport }) => {
      const id = passport?.user?.sessionId;
      return domains.includes(domainOf(username)) || (id !== undefined && !live.has(id));
    })
    .map(({ key }) => key);
}

/** Deletes session data that may contain user names of the tenant. Call this after the tenant's sessions have ended. */
export async function deleteSessionData(database: Database, domains: readonly string[]): Promise<void> {
  for (let last = ''; ;) {
    const rows = await database
      .knex('sessions')
      .where('key', '>', last)
      .orderBy('key')
      .limit(sessionsPerQuery)
      .select<SessionRow[]>('key', 'data');
    const keys = await findSessionKeys(database, domains, rows);
    await processInChunks(keys, idsPerQuery, (some) => database.knex('sessions').whereIn('key', some).delete());
    if (rows.length < sessionsPerQuery) return;
    last = rows.at(-1)?.key ?? last;
  }
}

/** A row of the `sessions` table, which stores the session data of browsers. */
export interface SessionRow {
  readonly key: string;
  readonly data: string;
}

export interface SessionData {
  readonly username?: string;
  readonly passport?: { readonly user?: { readonly sessionId?: string } };
}
