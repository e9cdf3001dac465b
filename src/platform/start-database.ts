import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { assertDatabaseNotMissing } from './database/missing-database.ts';
import { describeStoreFault, findStoreFault } from './database/unavailable.ts';
import { databaseSettingOf } from './dependencies.ts';
import { assertDataDirectoryOfRegion, markerFileOf } from './data-directory.ts';
import { findExposures } from './file-permissions.ts';
import { prepareRegion } from './prepare-region.ts';
import { type RegionIdentity, StoreMismatch } from './region-identity.ts';
import { StartFault, startStep, type StartFaultPlace } from './start-fault.ts';

/**
 * Prepares the region's stores and logs the migrations that were run.
 * @returns the identity of the installation
 * @throws StartFault
 */
export async function migrateDatabase(config: Config, log: Logger): Promise<RegionIdentity> {
  const directoryPlace = { setting: 'DATA_DIR', file: markerFileOf(config) };
  // Check this first: another region's files must not be mistaken for traces of this region's database.
  await startStep(directoryPlace, () => assertDataDirectoryOfRegion(config));
  const { migrations, identity, markingError } = await startStep(databasePlaceOf(config), async () => {
    try {
      assertDatabaseNotMissing(config);
      return await prepareRegion(config);
    } catch (error) {
      const isDirectory = error instanceof StoreMismatch && error.markedStore.setting === 'DATA_DIR';
      throw isDirectory ? new StartFault(directoryPlace, error) : error;
    }
  });
  if (migrations.length > 0) log.info({ migrations }, 'Database migrations were run');
  if (markingError !== null)
    log.warn(
      { ...directoryPlace, err: markingError },
      'DATA_DIR accepts no files, so it cannot be marked with its region, and commands that sign or decrypt fail',
    );
  for (const { setting, directory, isFault, message } of findExposures(config))
    log[isFault ? 'warn' : 'info']({ setting, file: directory }, `${setting}: ${message}`);
  return identity;
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
