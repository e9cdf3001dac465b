import { setImmediate as turn } from 'node:timers/promises';
import type { Knex } from 'knex';
import { approvalRetentionMs } from '../../domain/approvals.ts';
import { absoluteLimitMs, idleLimitMs, logRetentionMs, type RegionRules } from '../../domain/regions.ts';
import type { Database } from '../../platform/database/database.ts';

const strangersKeptMs = 30 * 24 * 60 * 60 * 1_000;

// Each may have ten thousand rows: one at a time, so that nobody waits long for the writer.
const importsAtOnce = 20;

interface PurgeOptions {
  /** Aborted when the process is about to end. */
  readonly stopping?: AbortSignal;
  readonly tally?: (kind: string, count: number) => void;
}

/** What has expired in tables that hold nothing permanent. @param now epoch ms */
const expired = ({ knex }: Database, rules: RegionRules, now: number): Record<string, Knex.QueryBuilder> => ({
  sessionData: knex('sessions').where('expires_at', '<', now),
  sessions: knex('user_sessions')
    .where('seen_at', '<', now - idleLimitMs(rules))
    .orWhere('created_at', '<', now - absoluteLimitMs(rules)),
  throttles: knex('throttles').where('expire', '<', now),
  // A link that has expired still says how its users came to be where they are, until they are somewhere else.
  oneTimeLinks: knex('one_time_links')
    .where('expires_at', '<', now)
    .whereNotExists(
      knex('users').whereRaw(
        "users.id = one_time_links.user_id and users.epoch = one_time_links.epoch and users.password = 'temporary'",
      ),
    ),
  approvals: knex('approvals').where('ended_at', '<', now - approvalRetentionMs),
});

/** The number of rows that `purge` would delete, by kind. @param now epoch ms */
export async function countExpired(
  database: Database,
  rules: RegionRules,
  now: number,
): Promise<Record<string, number>> {
  const { knex } = database;
  const counts = Object.entries({
    ...expired(database, rules, now),
    imports: knex('imports').where('expires_at', '<', now),
    unknownUserEntries: knex('activity').whereNull('tenant_id').where('at', '<', strangersBefore(rules, now)),
  }).map(async ([kind, query]) => {
    const [row] = await query.count<{ count: number }[]>({ count: '*' });
    return [kind, row?.count ?? 0] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

/** Deletes what has expired: sessions and their data, throttles, links, approvals, imports. Safe on several nodes at once. @param now epoch ms */
export async function purge(
  database: Database,
  rules: RegionRules,
  now: number,
  { stopping, tally = () => {} }: PurgeOptions = {},
): Promise<void> {
  const { knex } = database;
  for (const [kind, query] of Object.entries(expired(database, rules, now))) tally(kind, await query.delete());
  for (let found = importsAtOnce; found === importsAtOnce && stopping?.aborted !== true; await turn()) {
    const imports = await knex<{ id: string }>('imports')
      .where('expires_at', '<', now)
      .select('id')
      .limit(importsAtOnce);
    for (const { id } of imports) tally('imports', await knex('imports').where({ id }).delete());
    found = imports.length;
  }
  const strangers = knex('activity').whereNull('tenant_id').where('at', '<', strangersBefore(rules, now)).delete();
  tally('unknownUserEntries', await strangers);
}

/** Before this time, epoch ms, attempts under user names that do not exist are deleted: they help only while an attack is investigated. */
const strangersBefore = (rules: RegionRules, now: number): number =>
  now - Math.min(strangersKeptMs, logRetentionMs(rules));
