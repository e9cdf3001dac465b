import type { Config } from './config/config.ts';
import {
  assertDataDirectoryOfRegion,
  assertOwnDataDirectory,
  markDataDirectory,
  readMarker,
} from './data-directory.ts';
import type { Database } from './database/database.ts';
import { assertRegion } from './database/deployment.ts';
import { prepareDatabase, type Prepared } from './database/migrate.ts';
import type { OwnIdentity } from './region-identity.ts';

type RegionConfig = Pick<Config, 'database' | 'rules' | 'dataDirectory'>;

/** Stores that are ready for use. */
export interface PreparedRegion extends Prepared {
  /** The error that prevented marking the data directory; null if it is marked. */
  readonly markingError: Error | null;
}

/**
 * Prepares the database and the data directory for the configured region: migrates the schema, and marks both at the
 * first start. If the data directory is already marked, a new database joins that installation.
 * @throws StoreMismatch if one of them belongs to another region or installation; nothing is changed
 */
export async function prepareRegion(config: RegionConfig): Promise<PreparedRegion> {
  // The directory is checked before the database is opened, because opening it creates the SQLite file.
  assertDataDirectoryOfRegion(config);
  const fingerprint = readMarker(config)?.fingerprint ?? null;
  const { migrations, identity } = await prepareDatabase(
    config,
    (own) => assertOwnDataDirectory(config, own),
    fingerprint,
  );
  return { migrations, identity, markingError: markDataDirectory(config, identity) };
}

/**
 * Rejects another region's database or data directory, without changing anything.
 * @returns the binding of the database or, before the first start, only the region
 * @throws StoreMismatch
 */
export async function assertOwnStores(database: Database, config: RegionConfig): Promise<OwnIdentity> {
  const { region } = config.rules;
  const own = (await assertRegion(database, region)) ?? { region, fingerprint: null };
  assertOwnDataDirectory(config, own);
  return own;
}

/**
 * Marks the data directory as belonging to this region, for a command that may generate a key in it. Does nothing if
 * the database is not bound yet (`fingerprint` is null).
 */
export function markForKeys(config: RegionConfig, { region, fingerprint }: OwnIdentity): void {
  if (fingerprint !== null) markDataDirectory(config, { region, fingerprint });
}
