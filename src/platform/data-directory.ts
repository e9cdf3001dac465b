import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CommandError } from './command-error.ts';
import type { Config } from './config/config.ts';
import { createFileOnce } from './keys/generated-file.ts';
import {
  assertSameIdentity,
  identityText,
  parseIdentity,
  type OwnIdentity,
  type RegionIdentity,
} from './region-identity.ts';

type DirectoryConfig = Pick<Config, 'dataDirectory'>;

const markerName = 'region.json';
// The mode of the marker file. The file contains no secret, and a process that runs as another user must be able to
// read it.
const markerMode = 0o644;

/** @returns the path of the file that records which region a data directory belongs to */
export const markerFileOf = ({ dataDirectory }: DirectoryConfig): string => path.join(dataDirectory, markerName);

/**
 * Reads which region the data directory belongs to.
 * @returns the identity in the marker; null if the directory does not exist or is not marked yet
 * @throws CommandError if the file is damaged
 */
export function readMarker(config: DirectoryConfig): RegionIdentity | null {
  const file = markerFileOf(config);
  const text = readIfExists(file);
  if (text === null) return null;
  const identity = parseIdentity(text);
  if (identity === null)
    throw new CommandError(
      `${file} is damaged, so it is unknown which region the directory belongs to. Restore the file, or delete it if the ` +
        'keys in this directory belong to this region.',
    );
  return identity;
}

function readIfExists(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** Rejects a data directory that belongs to another region or installation. @throws StoreMismatch */
export function assertOwnDataDirectory(config: DirectoryConfig, own: OwnIdentity): void {
  const marker = readMarker(config);
  if (marker === null) return;
  assertSameIdentity(marker, own, {
    name: `the directory ${config.dataDirectory} of DATA_DIR`,
    setting: 'DATA_DIR',
    remedy: `If the keys in it belong to this database, delete ${markerName} in it`,
  });
}

/** Rejects another region's data directory, before the database is opened. @throws RegionMismatch */
export const assertDataDirectoryOfRegion = (config: DirectoryConfig & Pick<Config, 'rules'>): void =>
  assertOwnDataDirectory(config, { region: config.rules.region, fingerprint: null });

/**
 * Marks the data directory, unless it is already marked, so that no other region can use its keys.
 * @returns the error if the file cannot be written; null otherwise. With PostgreSQL and all secrets in settings, the
 * portal needs no files there, so it starts anyway
 * @throws StoreMismatch if another region has marked it in the meantime
 */
export function markDataDirectory(config: DirectoryConfig, identity: RegionIdentity): Error | null {
  try {
    createFileOnce(markerFileOf(config), () => `${identityText(identity)}\n`, markerMode);
  } catch (error) {
    return error as Error;
  }
  assertOwnDataDirectory(config, identity);
  return null;
}
