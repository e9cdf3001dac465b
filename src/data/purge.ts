import { absoluteLimitMs, idleLimitMs, type RegionRules } from '../domain/regions.ts';
import type { Database } from './database.ts';

/** Removes what has run out: sessions' data, sessions, throttles. Safe on several nodes at once. @param now epoch ms */
export async function purge(database: Database, rules: RegionRules, now: number): Promise<void> {
  const { knex } = database;
  await knex('sessions').where('expires_at', '<', now).delete();
  await knex('user_sessions')
    .where('seen_at', '<', now - idleLimitMs(rules))
    .orWhere('created_at', '<', now - absoluteLimitMs(rules))
    .delete();
  await knex('throttles').where('expire', '<', now).delete();
}
