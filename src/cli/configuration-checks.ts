import { pino } from 'pino';
import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import { findBoundRegion } from '../platform/database/deployment.ts';
import { openDatabase } from '../platform/database/open.ts';
import { migrationState } from '../platform/database/migrate.ts';
import { assertDatabaseNotMissing, hasDatabase } from '../platform/database/missing-database.ts';
import { assertServerSuits } from '../platform/database/postgres-check.ts';
import { findSecondFactorKeys } from '../platform/keys/secrets.ts';
import { verifySmtpServer } from '../platform/mail-transport.ts';
import { type ClockFault, confirmCommand, findClockFault, readTrustedTime } from '../core/retention/index.ts';
import { seedsStore } from '../core/accounts/index.ts';
import { createVault } from '../platform/keys/vault.ts';
import { openSessions } from '../server.ts';
import { loadAssets } from '../site/http/assets.ts';
import { loadTranslator } from '../i18n/translator.ts';
import { loadViews } from '../site/http/views.ts';
import { retryUntilConnected } from './retry.ts';

/** @returns one line for each fault in the configuration or in a configured service */
export async function findFaults(config: Config): Promise<string[]> {
  const database = openDatabase(config.database);
  const sessions = await openSessions(config, database, pino({ level: 'silent' }));
  const state = stateOf(config, database);
  const checks: Record<string, () => Promise<unknown>> = {
    DATABASE_URL: async () => {
      assertDatabaseNotMissing(config);
      const { bound, done, pending } = await state;
      if (belongsToAnotherRegion(bound, config))
        throw new Error(`this database belongs to the region ${bound}, but REGION is ${config.rules.region}`);
      // An empty database is no fault, because the first start creates its schema.
      if (done > 0 && pending > 0) throw new Error(`${pending} migrations are pending; run "npx parvis migrate"`);
      if (config.database.kind === 'postgres') await assertServerSuits(config.database.url);
    },
    SECOND_FACTOR_KEYS: async () => {
      // The check of DATABASE_URL reports a database that is unreachable, not migrated or bound to another region.
      const found = await state.catch(() => null);
      if (found?.pending !== 0 || belongsToAnotherRegion(found.bound, config)) return;
      const keys = findSecondFactorKeys(config);
      const keyIds = keys.length === 0 ? [] : createVault(keys).keyIds;
      const unreadable = await seedsStore.countUnreadableForOperator(database, keyIds);
      if (unreadable > 0)
        throw new Error(
          `${unreadable} second factors cannot be decrypted with these keys; add the previous key after the current one`,
        );
    },
    REDIS_URL: () => retryUntilConnected(() => sessions.proveWritable()),
    SMTP_URL: async () => {
      if (config.mail?.kind === 'smtp') await verifySmtpServer(config.mail);
    },
    locales: () => loadTranslator(config.languages),
    views: () => Promise.resolve(loadViews()),
    assets: () => Promise.resolve(loadAssets()),
  };
  const results = await Promise.all(Object.entries(checks).map(([name, check]) => runCheck(name, check)));
  await sessions.close();
  await database.close();
  return results.filter((fault) => fault !== null);
}

const belongsToAnotherRegion = (bound: string | null, { rules }: Config): bound is string =>
  bound !== null && bound !== rules.region;

// An empty database is not asked for its migrations: opening a missing SQLite file would create it.
async function stateOf(config: Config, database: Database) {
  const bound = hasDatabase(config.database) ? await findBoundRegion(database) : null;
  if (bound === null) return { bound, done: 0, pending: Number.POSITIVE_INFINITY, later: [] };
  return { bound, ...(await migrationState(database)) };
}

/**
 * Finds what the operator should know about a valid configuration.
 * @param now the current time in epoch milliseconds
 */
export async function findNotes(config: Config, now: number): Promise<string[]> {
  const database = openDatabase(config.database);
  try {
    const { bound, pending, later } = await stateOf(config, database);
    if (pending > 0 || belongsToAnotherRegion(bound, config)) return [];
    const trustedAt = await readTrustedTime(database, now);
    const fault = findClockFault(now, trustedAt);
    return [
      ...(fault === null ? [] : [clockNote(fault, now, trustedAt)]),
      ...(later.length > 0 ? [laterReleaseNote(later)] : []),
    ];
  } finally {
    await database.close();
  }
}

const clockNote = (fault: ClockFault, now: number, trustedAt: number): string =>
  `The system clock (${new Date(now).toISOString()}) is more than a day ${sides[fault]} the last trusted time ` +
  `(${new Date(trustedAt).toISOString()}), so expired data is not deleted. If the clock is right, run "${confirmCommand}".`;

const sides = { ahead: 'ahead of', behind: 'behind' } as const;

const laterReleaseNote = (later: readonly string[]): string =>
  `A later release has migrated this database (${later.join(', ')}). This release can still use it.`;

async function runCheck(name: string, check: () => Promise<unknown>): Promise<string | null> {
  try {
    await check();
    return null;
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return `${name}: ${message === '' ? (code ?? 'does not respond') : message}`;
  }
}
