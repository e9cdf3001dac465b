import { absoluteLimitMs, idleLimitMs, retentionMs, type RegionRules } from '../domain/regions.ts';
import type { Database } from './database.ts';

const strangersKeptMs = 30 * 24 * 60 * 60 * 1_000;

// Each may have ten thousand rows: one at a time, so that nobody waits long for the writer.
const importsAtOnce = 20;

/** Removes what has run out: sessions' data, sessions, throttles, imports. Safe on several nodes at once. @param now epoch ms */
export async function purge(database: Database, rules: RegionRules, now: number): Promise<void> {
  const { knex } = database;
  await knex('sessions').where('expires_at', '<', now).delete();
  await knex('user_sessions')
    .where('seen_at', '<', now - idleLimitMs(rules))
    .orWhere('created_at', '<', now - absoluteLimitMs(rules))
    .delete();
  await knex('throttles').where('expire', '<', now).delete();
  // A link that has lapsed still says how its user came to be where they are, until they are somewhere else.
  const stillThere = knex('users').whereRaw(
    "users.id = one_time_links.user_id and users.epoch = one_time_links.epoch and users.password = 'temporary'",
  );
  await knex('one_time_links').where('expires_at', '<', now).whereNotExists(stillThere).delete();
  const imports = await knex<{ id: string; expires_at: number }>('imports')
    .where('expires_at', '<', now)
    .select('id')
    .limit(importsAtOnce);
  for (const { id } of imports) await knex('imports').where({ id }).delete();
  // Tries under names that belong to nobody: of use while an attack is looked at, and then no more.
  await knex('activity')
    .whereNull('tenant_id')
    .where('at', '<', now - Math.min(strangersKeptMs, retentionMs(rules)))
    .delete();
}
