import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import { assertOwnDataDirectory } from '../platform/data-directory.ts';
import { findExposures } from '../platform/file-permissions.ts';
import { findBinding } from '../platform/database/deployment.ts';
import { type OwnIdentity, RegionMismatch, StoreMismatch } from '../platform/region-identity.ts';
import { openReadOnly, serverTimeouts } from '../platform/database/open.ts';
import { migrationState } from '../platform/database/migrate.ts';
import { assertDatabaseNotMissing } from '../platform/database/missing-database.ts';
import { assertServerSuits } from '../platform/database/postgres-check.ts';
import { findSecondFactorKeys } from '../platform/keys/secrets.ts';
import { verifySmtpServer } from '../platform/mail-transport.ts';
import {
  type ClockFault,
  confirmCommand,
  findClockFault,
  findShortening,
  readTrustedTime,
} from '../core/retention/index.ts';
import { findDifferences, type Difference } from '../platform/processes/differences.ts';
import { listRunning } from '../platform/processes/processes.store.ts';
import { directoryStore } from '../core/directory/index.ts';
import { seedsStore } from '../core/accounts/index.ts';
import { createHasher } from '../platform/keys/hasher.ts';
import { createVault } from '../platform/keys/vault.ts';
import { sessionTtlMs } from '../site/http/session.ts';
import { openRedisSessions } from '../site/http/session-store/redis-store.ts';
import { loadAssets } from '../site/http/assets.ts';
import { loadTranslator } from '../i18n/translator.ts';
import { loadViews } from '../site/http/views.ts';
import { contextOf } from './context.ts';
import { shorteningLines, stepsForCommand } from './retention-steps.ts';
import { retryUntilConnected } from './retry.ts';

/** Checks the configuration and the configured services, without changing anything. @returns one line for each fault */
export async function findFaults(config: Config): Promise<string[]> {
  const database = openReadOnly(config.database, serverTimeouts);
  const state = stateOf(database);
  const checks: Record<string, () => Promise<unknown>> = {
    DATABASE_URL: async () => {
      assertDatabaseNotMissing(config);
      const { bound, done, pending } = await state;
      if (belongsToAnotherRegion(bound, config)) throw new RegionMismatch(bound.region, config.rules.region);
      // An empty database is not a fault, because the first start creates its schema.
      if (done > 0 && pending > 0) throw new Error(`${pending} migrations are pending; run "npx parvis migrate"`);
      if (config.database.kind === 'postgres') await assertServerSuits(config.database.url);
    },
    DATA_DIR: async () => assertOwnDataDirectory(config, ownIdentityOf(config, await state.catch(() => null))),
    SECOND_FACTOR_KEYS: async () => {
      // The check of DATABASE_URL reports a database that is unreachable, not migrated or bound to another region.
      const found = await state.catch(() => null);
      if (database === null || found?.pending !== 0 || belongsToAnotherRegion(found.bound, config)) return;
      await checkSecondFactorKeys(config, database);
    },
    REDIS_URL: async () => checkRedis(config, ownIdentityOf(config, await state.catch(() => null))),
    SMTP_URL: async () => {
      if (config.mail?.kind === 'smtp') await verifySmtpServer(config.mail);
    },
    locales: () => loadTranslator(config.languages),
    views: () => Promise.resolve(loadViews()),
    assets: () => Promise.resolve(loadAssets()),
  };
  const results = await Promise.all(Object.entries(checks).map(([name, check]) => runCheck(name, check)));
  const different = await differencesOf(config, database, state);
  await database?.close();
  const inProcesses = different.filter(({ isFault }) => isFault).map(differenceLine);
  return [...results.filter((fault) => fault !== null), ...exposureLines(config, true), ...inProcesses];
}

const exposureLines = (config: Config, faults: boolean): string[] =>
  findExposures(config)
    .filter(({ isFault }) => isFault === faults)
    .map(({ setting, message }) => `${setting}: ${message}`);

type State = Awaited<ReturnType<typeof stateOf>>;

/** @returns the differences between running processes; an empty array if the database can't be used */
async function differencesOf(config: Config, database: Database | null, state: Promise<State>): Promise<Difference[]> {
  const found = await state.catch(() => null);
  if (database === null || found?.pending !== 0 || belongsToAnotherRegion(found.bound, config)) return [];
  const { processes, now } = await listRunning(database, Date.now);
  return findDifferences(processes, now);
}

const differenceLine = ({ setting, message }: Difference): string => `${setting}: ${message}`;

async function checkSecondFactorKeys(config: Config, database: Database): Promise<void> {
  const keys = findSecondFactorKeys(config);
  const keyIds = keys.length === 0 ? [] : createVault(keys).keyIds;
  const unreadable = await seedsStore.countUnreadableForOperator(database, keyIds);
  if (unreadable > 0)
    throw new Error(
      `${unreadable} second factors cannot be decrypted with these keys; add the previous key after the current one`,
    );
}

async function checkRedis({ redisUrl, rules }: Config, { region, fingerprint }: OwnIdentity): Promise<void> {
  if (redisUrl === null) return;
  let reason: string | null = null;
  const own = { region, fingerprint, marks: false };
  const { proveWritable, close } = await openRedisSessions(redisUrl, own, sessionTtlMs(rules), (error) => {
    reason ??= error instanceof Error ? error.message : String(error);
  });
  try {
    await retryUntilConnected(proveWritable);
  } catch (error) {
    // The client's error says only that it is offline; the connection's error gives the reason.
    throw reason === null || error instanceof StoreMismatch ? error : new Error(reason);
  } finally {
    await close();
  }
}

const belongsToAnotherRegion = (bound: OwnIdentity | null, { rules }: Config): bound is OwnIdentity =>
  bound !== null && bound.region !== rules.region;

/** @returns the identity to expect in the other stores: that of the database, unless it belongs to another region */
function ownIdentityOf(config: Config, found: { readonly bound: OwnIdentity | null } | null): OwnIdentity {
  const bound = found?.bound ?? null;
  const { region } = config.rules;
  return bound === null || belongsToAnotherRegion(bound, config) ? { region, fingerprint: null } : bound;
}

/** @param database null if the SQLite file does not exist */
async function stateOf(database: Database | null) {
  if (database === null) return { bound: null, done: 0, pending: 1, later: [] };
  return { bound: await findBinding(database), ...(await migrationState(database)) };
}

/**
 * Finds facts about a valid configuration that the operator should know.
 * @param now the current time in epoch milliseconds
 */
export async function findNotes(config: Config, now: number): Promise<string[]> {
  return [...exposureLines(config, false), ...sharedSecretNotes(config), ...(await findDatabaseNotes(config, now))];
}

const sharedSecretNote =
  'SECOND_FACTOR_KEYS is not set, so SESSION_SECRETS also encrypt the secrets of authenticator apps. ' +
  'Set it to a new key, followed by the session secrets.';

/** @returns a note if the session secrets also encrypt TOTP seeds, because one leaked secret would expose both */
const sharedSecretNotes = ({ sessionSecrets, secondFactorKeys }: Config): string[] =>
  secondFactorKeys === sessionSecrets ? [sharedSecretNote] : [];

async function findDatabaseNotes(config: Config, now: number): Promise<string[]> {
  const database = openReadOnly(config.database, serverTimeouts);
  if (database === null) return [];
  try {
    const state = await stateOf(database);
    const { bound, pending, later } = state;
    if (pending > 0 || belongsToAnotherRegion(bound, config)) return [];
    const trustedAt = await readTrustedTime(database, now);
    const fault = findClockFault(now, trustedAt);
    const context = contextOf(config, database, createHasher());
    const shortening = await findShortening(database, config.rules, stepsForCommand(context), now);
    return [
      ...(fault === null ? [] : [clockNote(fault, now, trustedAt)]),
      ...(await differencesOf(config, database, Promise.resolve(state))).map(differenceLine),
      ...(await findUnreachableRegions(config, database)),
      ...(later.length > 0 ? [laterReleaseNote(later)] : []),
      ...(shortening === null
        ? []
        : [[...shorteningLines(shortening), `To confirm, run "${confirmCommand}".`].join(' ')]),
    ];
  } finally {
    await database.close();
  }
}

/** @returns a note for each region in the directory to which no user can be redirected */
async function findUnreachableRegions({ regionUrls }: Config, database: Database): Promise<string[]> {
  const counts = [...(await directoryStore.countByRegion(database))].filter(([region]) => !regionUrls.has(region));
  return counts.map(
    ([region, count]) =>
      `REGION_URLS has no address of ${region}, so users of that region cannot be redirected (domains in the directory: ${count}).`,
  );
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
    if (error instanceof StoreMismatch) return `${name}: ${error.finding}`;
    const { message, code } = error as Error & { code?: string };
    return `${name}: ${message === '' ? (code ?? 'does not respond') : message}`;
  }
}
