import { readConfig, type Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import { openSubscribedDatabase } from '../core/open-database.ts';
import { prepareDatabase } from '../platform/database/migrate.ts';
import { assertDatabaseNotMissing } from '../platform/database/missing-database.ts';
import { commandTimeouts } from '../platform/database/open.ts';
import { Failure } from '../domain/errors.ts';
import { createTenants, type Tenants } from '../core/accounts/index.ts';
import { directoryStore } from '../core/directory/index.ts';
import { textOfError } from '../i18n/error-texts.ts';
import { loadTranslator } from '../i18n/translator.ts';
import type { CommandIo } from './io.ts';
import { CommandError } from '../platform/command-error.ts';
import { createHasher, type Hasher } from '../platform/keys/hasher.ts';

export { print, printEach } from './io.ts';

/** What a command works with: the region's database and rules. */
export interface CommandContext {
  readonly config: Config;
  readonly database: Database;
  readonly hasher: Hasher;
  readonly tenants: Tenants;
}

/**
 * Migrates and opens the region's database, runs a command, and closes the database.
 * @param io provides the environment variables
 */
export async function withContext<T>(
  io: CommandIo,
  work: (context: CommandContext) => Promise<T>,
  timeouts = commandTimeouts,
): Promise<T> {
  const { config, faults } = readConfig(io.env);
  if (config === null) throw new CommandError(faults.join('\n'));
  assertDatabaseNotMissing(config);
  await prepareDatabase(config);
  const database = openSubscribedDatabase(config.database, timeouts);
  try {
    const hasher = await createHasher();
    const tenants = createTenants({
      database,
      regionOf: (domain) => directoryStore.regionOf(database, domain),
      hasher,
      rules: config.rules,
      clock: Date.now,
    });
    return await work({ config, database, hasher, tenants });
  } catch (error) {
    throw await toCommandError(error);
  } finally {
    await database.close();
  }
}

/** Creates the region's database even if files show that there was another one before. */
export async function createNewDatabase(io: CommandIo): Promise<void> {
  const { config, faults } = readConfig(io.env);
  if (config === null) throw new CommandError(faults.join('\n'));
  await prepareDatabase(config);
}

// Commands print English. Failures with a code have the same texts as on pages.
async function toCommandError(error: unknown): Promise<unknown> {
  const coded = error instanceof Failure ? error.coded : null;
  if (coded === null) return error;
  const { key, values } = textOfError(coded);
  const translator = await loadTranslator();
  return new CommandError(translator('en').t(key, values));
}
