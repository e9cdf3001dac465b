import { readdirSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Config } from './config/config.ts';
import { markerFileOf } from './data-directory.ts';

/** Files of the region that other users of the machine can access. */
export interface Exposure {
  /** The setting that determines the location of the files. */
  readonly setting: 'DATA_DIR' | 'DATABASE_URL';
  readonly directory: string;
  /** False if only the files' group has access, or if only file names are visible, which may be intentional. */
  readonly isFault: boolean;
  readonly message: string;
}

/** Bits of a file's mode. */
const [groupBits, otherBits, writeBits] = [0o070, 0o007, 0o022];
const [groupEntry, otherEntry] = [0o010, 0o001];

type FilesConfig = Pick<Config, 'dataDirectory' | 'database'>;

/**
 * Finds keys, databases and stored emails that other users of the machine can read or change. Files are created for
 * their owner only, but an existing directory or a copied file keeps its mode.
 */
export function findExposures(config: FilesConfig): Exposure[] {
  // Windows reports the same mode for every file.
  if (os.platform() === 'win32') return [];
  const { dataDirectory, database } = config;
  const marker = markerFileOf(config);
  const outbox = path.join(dataDirectory, 'outbox');
  const inDataDirectory = [...filesIn(dataDirectory), ...filesIn(outbox)].filter((file) => file !== marker);
  const place = { setting: 'DATA_DIR', directory: dataDirectory, toClose: `-R go-rwx ${dataDirectory}` } as const;
  const found = exposuresOf(place, inDataDirectory);
  if (database.kind !== 'sqlite' || path.dirname(database.file) === dataDirectory) return found;
  const files = ['', '-wal', '-shm'].map((suffix) => database.file + suffix);
  const directory = path.dirname(database.file);
  const elsewhere = { setting: 'DATABASE_URL', directory, toClose: `go-rwx ${database.file}*` } as const;
  return [...found, ...exposuresOf(elsewhere, files)];
}

interface Place extends Pick<Exposure, 'setting' | 'directory'> {
  /** The `chmod` arguments that restrict the files to their owner. */
  readonly toClose: string;
}

function exposuresOf({ setting, directory, toClose }: Place, files: readonly string[]): Exposure[] {
  const remedy = `Unless this is intended, run "chmod ${toClose}".`;
  const own = modeOf(directory);
  const reachable = files.map((file) => ({ file, bits: reachableBits(file, directory) }));
  const exposureTo = (bits: number, who: string, isFault: boolean): Exposure[] => {
    const named = reachable
      .filter((each) => (each.bits & bits) !== 0)
      .map(({ file }) => path.relative(directory, file));
    if ((own & bits & writeBits) !== 0) named.unshift('the directory itself');
    if (named.length === 0) return [];
    const message = `${who} can read or change files in ${directory}: ${listOf(named)}. ${remedy}`;
    return [{ setting, directory, isFault, message }];
  };
  const found = [
    ...exposureTo(otherBits, 'every user of this machine', true),
    ...exposureTo(groupBits, 'the group of the files', false),
  ];
  // A SQLite file elsewhere may share its directory with unrelated files.
  if (found.length > 0 || setting !== 'DATA_DIR' || (own & (groupBits | otherBits)) === 0) return found;
  const message = `other users of this machine can see the names of the files in ${directory}. ${remedy}`;
  return [{ setting, directory, isFault: false, message }];
}

const maxNamed = 5;

const listOf = (names: readonly string[]): string =>
  names.slice(0, maxNamed).join(', ') + (names.length > maxNamed ? ` and ${names.length - maxNamed} more` : '');

/** @returns the group and other permission bits of a file, excluding those of users who cannot enter its directories */
function reachableBits(file: string, root: string): number {
  const folders = [root, path.dirname(file)].map(modeOf);
  const canEnter = (entry: number): boolean => folders.every((mode) => (mode & entry) !== 0);
  return modeOf(file) & ((canEnter(groupEntry) ? groupBits : 0) | (canEnter(otherEntry) ? otherBits : 0));
}

/** @returns the permission bits; 0 if the file does not exist or can't be reached */
function modeOf(file: string): number {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  return mode & (groupBits | otherBits);
}

/** @returns the paths of the files in a directory; none if it can't be listed */
function filesIn(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => path.join(directory, name));
  } catch {
    return [];
  }
}
