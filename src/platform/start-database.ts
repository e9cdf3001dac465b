import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { prepareDatabase } from './database/migrate.ts';
import { assertDatabaseNotMissing } from './database/missing-database.ts';
import { describeStoreFault, findStoreFault } from './database/unavailable.ts';
import { databaseSettingOf } from './dependencies.ts';
import { startStep, type StartFaultPlace } from './start-fault.ts';

/**
 * Migrates the region's database and logs the migrations that were run.
 * @throws StartFault
 */
export async function migrateDatabase(config: Config, log: Logger): Promise<void> {
  const migrations = await startStep(databasePlaceOf(config), () => {
    assertDatabaseNotMissing(config);
    return prepareDatabase(config);
  });
  if (migrations.length > 0) log.info({ migrations }, 'Database migrations were run');
}

/** Logs that the SQLite file of a running server was deleted, replaced or damaged. */
export function logFileFault(config: Config, log: Logger, error: Error): void {
  const fault = findStoreFault(error);
  const reason = fault === null ? error.message : describeStoreFault(fault);
  log.fatal({ ...databasePlaceOf(config), reason }, error.message);
}

function databasePlaceOf(config: Config): StartFaultPlace {
  const setting = databaseSettingOf(config);
  return config.database.kind === 'sqlite' ? { setting, file: config.database.file } : { setting };
}
