import { setImmediate as turn } from 'node:timers/promises';
import type { Knex } from 'knex';
import { approvalRetentionMs } from '../../domain/approvals.ts';
import { importRetentionMs } from '../../domain/imports.ts';
import { latestPlausible } from '../../domain/plausible-time.ts';
import { absoluteLimitMs, idleLimitMs, logRetentionMs, type RegionRules } from '../../domain/regions.ts';
import { deleteExpiredImport } from '../imports/index.ts';
import type { Database } from '../../platform/database/database.ts';

const unknownUserEntriesKeptMs = 30 * 24 * 60 * 60 * 1_000;

const importsPerQuery = 20;

interface PurgeOptions {
  /** A signal that is aborted before the process exits. */
  readonly stopping?: AbortSignal;
  readonly countDeleted?: (kind: string, count: number) => void;
}

/**
 * Queries for the expired rows of tables with temporary data. Rows that were stored while a clock was ahead also count
 * as expired; otherwise they would become valid later.
 * @param now the current time, epoch ms
 */
const expired = ({ knex }: Database, rules: RegionRules, now: number): Record<string, Knex.QueryBuilder> => ({
  sessionData: knex('sessions')
    .where('expires_at', '<', now)
    .orWhere('expires_at', '>', latestPlausible(now) + absoluteLimitMs(rules)),
  sessions: knex('user_sessions')
    .where('seen_at', '<', now - idleLimitMs(rules))
    .orWhere('seen_at', '>', latestPlausible(now))
    .orWhere('created_at', '<', now - absoluteLimitMs(rules))
    .orWhere('created_at', '>', latestPlausible(now)),
  throttles: knex('throttles').where('expire', '<', now),
  // The page of a user shows the link with which the current credentials were issued, so the link is retained after it
  // expires.
  oneTimeLinks: knex('one_time_links')
    .where('expires_at', '<', now)
    .whereNotExists(
      knex('users').whereRaw(
        "users.id = one_time_links.user_id and users.epoch = one_time_links.epoch and users.password = 'temporary'",
      ),
    ),
  approvals: knex('approvals').where('ended_at', '<', now - approvalRetentionMs),
});

const expiredImports = ({ knex }: Database, now: number): Knex.QueryBuilder =>
  knex('imports')
    .where('expires_at', '<', now)
    .orWhere('expires_at', '>', latestPlausible(now) + importRetentionMs);

/**
 * @returns the number of rows that `purge` would delete, by kind.
 * @param now the current time, epoch ms
 */
export async function countExpired(
  database: Database,
  rules: RegionRules,
  now: number,
): Promise<Record<string, number>> {
  const { knex } = database;
  const all: Record<string, Knex.QueryBuilder> = {
    ...expired(database, rules, now),
    imports: expiredImports(database, now),
    unknownUserEntries: knex('activity').whereNull('tenant_id').where('at', '<', unknownUserEntriesCutoff(rules, now)),
  };
  const counts = Object.entries(all).map(async ([kind, query]) => {
    const [row] = await query.count<{ count: number }[]>({ count: '*' });
    return [kind, row?.count ?? 0] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

/**
 * Deletes expired sessions and their data, throttles, links, approvals and imports. Safe to run concurrently on several
 * nodes.
 * @param now the current time, epoch ms
 */
export async function purge(
  database: Database,
  rules: RegionRules,
  now: number,
  { stopping, countDeleted = () => {} }: PurgeOptions = {},
): Promise<void> {
  const { knex } = database;
  for (const [kind, query] of Object.entries(expired(database, rules, now))) countDeleted(kind, await query.delete());
  const expiry = { from: now, until: latestPlausible(now) + importRetentionMs };
  for (let found = importsPerQuery; found === importsPerQuery && stopping?.aborted !== true; await turn()) {
    const imports = (await expiredImports(database, now).select('id').limit(importsPerQuery)) as { id: string }[];
    for (const { id } of imports) countDeleted('imports', await deleteExpiredImport(database, id, expiry));
    found = imports.length;
  }
  const unknownUserEntries = knex('activity')
    .whereNull('tenant_id')
    .where('at', '<', unknownUserEntriesCutoff(rules, now))
    .delete();
  countDeleted('unknownUserEntries', await unknownUserEntries);
}

/**
 * The time before which log entries about unknown user names are deleted, in epoch ms. They are useful only for
 * investigating an attack.
 */
const unknownUserEntriesCutoff = (rules: RegionRules, now: number): number =>
  now - Math.min(unknownUserEntriesKeptMs, logRetentionMs(rules));
