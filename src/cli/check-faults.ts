import { pino } from 'pino';
import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import { findBoundRegion } from '../platform/database/deployment.ts';
import { openDatabase } from '../platform/database/open.ts';
import { migrationState } from '../platform/database/migrate.ts';
import { findSecondFactorKeys } from '../platform/keys/secrets.ts';
import { checkServer } from '../platform/mail-transport.ts';
import { confirmCommand, isAhead, readTrustedTime } from '../core/retention/index.ts';
import { seedsStore } from '../core/accounts/index.ts';
import { createVault } from '../platform/keys/vault.ts';
import { openSessions } from '../server.ts';
import { loadAssets } from '../site/http/assets.ts';
import { loadTranslator } from '../i18n/translator.ts';
import { loadViews } from '../site/http/views.ts';
import { untilItHolds } from './until-it-holds.ts';

/** @returns what is wrong with a configuration, one line per fault */
export async function faultsOf(config: Config): Promise<string[]> {
  const database = openDatabase(config.database);
  const sessions = await openSessions(config, database, pino({ level: 'silent' }));
  const state = stateOf(database);
  const checks: Record<string, () => Promise<unknown>> = {
    DATABASE_URL: async () => {
      const { bound, done, pending } = await state;
      if (isOfAnother(bound, config))
        throw new Error(`this database belongs to the region ${bound}, but REGION is ${config.rules.region}`);
      // A database that is still empty is filled by the first start.
      if (done > 0 && pending > 0) throw new Error(`the schema lacks ${pending} migrations; run "npx parvis migrate"`);
    },
    SECOND_FACTOR_KEYS: async () => {
      // A database that does not answer, lacks its tables or belongs to another region is a fault of its own.
      const found = await state.catch(() => null);
      if (found?.pending !== 0 || isOfAnother(found.bound, config)) return;
      const keys = findSecondFactorKeys(config);
      const keyIds = keys.length === 0 ? [] : createVault(keys).keyIds;
      const unreadable = await seedsStore.countUnreadableForOperator(database, keyIds);
      if (unreadable > 0)
        throw new Error(`no key here opens ${unreadable} second factors; put the one before behind it`);
    },
    REDIS_URL: () => untilItHolds(() => sessions.ping()),
    SMTP_URL: async () => {
      if (config.mail?.kind === 'smtp') await checkServer(config.mail);
    },
    locales: () => loadTranslator(config.languages),
    views: () => Promise.resolve(loadViews()),
    assets: () => Promise.resolve(loadAssets()),
  };
  const results = await Promise.all(Object.entries(checks).map(([name, check]) => faultOf(name, check)));
  await sessions.close();
  await database.close();
  return results.filter((fault) => fault !== null);
}

const isOfAnother = (bound: string | null, { rules }: Config): bound is string =>
  bound !== null && bound !== rules.region;

// The region first: listing migrations creates the tables of Knex in a database that lacks them.
async function stateOf(database: Database) {
  const bound = await findBoundRegion(database);
  return { bound, ...(await migrationState(database)) };
}

/** @returns what an operator should know though nothing is wrong with the configuration. @param now epoch ms */
export async function notesOf(config: Config, now: number): Promise<string[]> {
  const database = openDatabase(config.database);
  try {
    const { bound, pending } = await stateOf(database);
    if (pending > 0 || isOfAnother(bound, config)) return [];
    const trustedAt = await readTrustedTime(database, now);
    return isAhead(now, trustedAt) ? [aheadNote(now, trustedAt)] : [];
  } finally {
    await database.close();
  }
}

const aheadNote = (now: number, trustedAt: number): string =>
  `The clock, ${new Date(now).toISOString()}, is more than a day ahead of the time at which it was last trusted, ` +
  `${new Date(trustedAt).toISOString()}: no expired data is deleted. To confirm the clock, run "${confirmCommand}".`;

async function faultOf(name: string, check: () => Promise<unknown>): Promise<string | null> {
  try {
    await check();
    return null;
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return `${name}: ${message === '' ? (code ?? 'does not answer') : message}`;
  }
}
