import type { Database } from '../../platform/database/database.ts';
import { processInChunks } from '../../platform/database/chunks.ts';
import { domainOf } from '../../domain/people/user.ts';

const sessionsAtOnce = 1_000;
// SQLite takes no more than 500 values in one statement.
const idsAtOnce = 400;

/** @returns the keys of those browsers' sessions that hold a name typed at the door by the company's people, or that have ended */
export async function sessionsOf(
  database: Database,
  domains: readonly string[],
  rows: readonly SessionRow[],
): Promise<string[]> {
  const read = rows.map(({ key, data }) => ({ key, ...(JSON.parse(data) as SessionData) }));
  const ids = read.flatMap(({ passport }) => passport?.user?.sessionId ?? []);
  const live = new Set<string>();
  await processInChunks(ids, idsAtOnce, async (some) => {
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

/** Removes browsers' sessions in which a name of the company may stand, once its people are signed out. */
export async function forgetSessionData(database: Database, domains: readonly string[]): Promise<void> {
  for (let last = ''; ;) {
    const rows = await database
      .knex('sessions')
      .where('key', '>', last)
      .orderBy('key')
      .limit(sessionsAtOnce)
      .select<SessionRow[]>('key', 'data');
    const keys = await sessionsOf(database, domains, rows);
    await processInChunks(keys, idsAtOnce, (some) => database.knex('sessions').whereIn('key', some).delete());
    if (rows.length < sessionsAtOnce) return;
    last = rows.at(-1)?.key ?? last;
  }
}

/** A browser's session as it is kept. */
export interface SessionRow {
  readonly key: string;
  readonly data: string;
}

export interface SessionData {
  readonly username?: string;
  readonly passport?: { readonly user?: { readonly sessionId?: string } };
}
