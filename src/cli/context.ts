import { readConfig, type Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import { openSubscribedDatabase } from '../core/open-database.ts';
import { SchemaNotCurrent } from '../platform/database/deployment.ts';
import { assertPrepared, migrationState } from '../platform/database/migrate.ts';
import { assertDatabaseNotMissing } from '../platform/database/missing-database.ts';
import { assertDataDirectoryOfRegion } from '../platform/data-directory.ts';
import { commandTimeouts, openReadOnly } from '../platform/database/open.ts';
import { assertOwnStores, markForKeys, prepareRegion } from '../platform/prepare-region.ts';
import { Failure } from '../domain/errors.ts';
import { createTenants, type Tenants } from '../core/accounts/index.ts';
import { directoryStore } from '../core/directory/index.ts';
import { textOfError } from '../i18n/error-texts.ts';
import { loadTranslator } from '../i18n/translator.ts';
import type { CommandIo } from './io.ts';
import { CommandError } from '../platform/command-error.ts';
import type { OwnIdentity } from '../platform/region-identity.ts';
import { createHasher, type Hasher } from '../platform/keys/hasher.ts';

export { print, printEach } from './io.ts';

/** The objects that a command uses, such as the region's configuration and database. */
export interface CommandContext {
  readonly config: Config;
  readonly database: Database;
  readonly hasher: Hasher;
  readonly tenants: Tenants;
}

type Work<T> = (context: CommandContext) => Promise<T>;

/** Migrates and opens the region's database, runs a command, and closes the database. */
export async function withContext<T>(io: CommandIo, work: Work<T>, timeouts = commandTimeouts): Promise<T> {
  const config = getConfig(io);
  assertDatabaseNotMissing(config);
  await prepareRegion(config);
  return withDatabase(config, openSubscribedDatabase(config.database, timeouts), work);
}

/** Creates the region's database even if other files indicate that one existed before. */
export async function createNewDatabase(io: CommandIo): Promise<void> {
  await prepareRegion(getConfig(io));
}

/**
 * Runs a command on the region's database, which must exist and have the schema of this version. For commands that
 * change data but must not migrate the schema.
 * @throws SchemaNotCurrent
 */
export async function withExistingDatabase<T>(io: CommandIo, work: Work<T>, timeouts = commandTimeouts): Promise<T> {
  const config = getConfig(io);
  const own = await readDatabase(io, ({ database }) => assertOwnStores(database, config));
  markForKeys(config, own);
  return withDatabase(config, openSubscribedDatabase(config.database, timeouts), work);
}

/**
 * Runs a command that only reads the region's database. The database rejects writes, and is neither created nor
 * migrated.
 * @throws SchemaNotCurrent if there is no database, or if migrations are pending
 */
export async function readDatabase<T>(io: CommandIo, work: Work<T>, timeouts = commandTimeouts): Promise<T> {
  const read = await readDatabaseIfAny(io, work, timeouts);
  if (read === null) throw new SchemaNotCurrent(0, 0);
  return read.result;
}

/**
 * Like `readDatabase`.
 * @returns null if the database is empty or does not exist
 */
export async function readDatabaseIfAny<T>(
  io: CommandIo,
  work: Work<T>,
  timeouts = commandTimeouts,
): Promise<{ readonly result: T } | null> {
  const config = getConfig(io);
  assertDatabaseNotMissing(config);
  const database = openReadOnly(config.database, timeouts);
  if (database === null) return null;
  return withDatabase(config, database, async (context) => {
    await assertOwnStores(database, config);
    if (await isEmpty(database)) return null;
    await assertPrepared(database, config.rules.region);
    return { result: await work(context) };
  });
}

const isEmpty = async (database: Database): Promise<boolean> => (await migrationState(database)).done === 0;

/** Reads the configuration and rejects another region's database, but requires no schema. @throws CommandError */
export async function getConfigOfRegion(io: CommandIo): Promise<Config> {
  return (await inspectDatabase(io)).config;
}

/**
 * Reads the configuration for a command that generates a key of the region on first use. Creates the schema of an empty
 * database first: otherwise a later command would find a key without a database and report the database as missing.
 * Never migrates an existing schema.
 */
export async function getConfigForKeys(io: CommandIo): Promise<Config> {
  const { config, own } = await inspectDatabase(io);
  if (own === null) await prepareRegion(config);
  else markForKeys(config, own);
  return config;
}

interface Inspected {
  readonly config: Config;
  /** The binding of the database; null if the database does not exist or is empty. */
  readonly own: OwnIdentity | null;
}

async function inspectDatabase(io: CommandIo): Promise<Inspected> {
  const config = getConfig(io);
  assertDatabaseNotMissing(config);
  const database = openReadOnly(config.database);
  if (database === null) return { config, own: null };
  try {
    const own = await assertOwnStores(database, config);
    return { config, own: (await isEmpty(database)) ? null : own };
  } finally {
    await database.close();
  }
}

function getConfig(io: CommandIo): Config {
  const { config, faults } = readConfig(io.env);
  if (config === null) throw new CommandError(faults.join('\n'));
  // Check this first: another region's files must not be mistaken for traces of this region's database.
  assertDataDirectoryOfRegion(config);
  return config;
}

async function withDatabase<T>(config: Config, database: Database, work: Work<T>): Promise<T> {
  try {
    const hasher = createHasher();
    return await work(contextOf(config, database, hasher));
  } catch (error) {
    throw await toCommandError(error);
  } finally {
    await database.close();
  }
}

/** @param database the region's database, or a transaction in which the whole command runs */
export function contextOf(config: Config, database: Database, hasher: Hasher): CommandContext {
  const tenants = createTenants({
    database,
    regionOf: (domain) => directoryStore.regionOf(database, domain),
    hasher,
    rules: config.rules,
    clock: Date.now,
  });
  return { config, database, hasher, tenants };
}

// Commands print English. A failure with a code has the same message as in the portal.
async function toCommandError(error: unknown): Promise<unknown> {
  const coded = error instanceof Failure ? error.coded : null;
  if (coded === null) return error;
  const { key, values } = textOfError(coded);
  const translator = await loadTranslator();
  return new CommandError(translator('en').t(key, values));
}
