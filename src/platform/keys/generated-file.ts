import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

const ownerOnly = 0o600;
const folderOwnerOnly = 0o700;

/** Reads a secret from a file that only its owner can read. Generates it if the file does not exist. */
export function readOrGenerate(file: string, generate: () => string): string {
  createFileOnce(file, generate, ownerOnly);
  return readFileSync(file, 'utf8');
}

/**
 * Creates a file and its folder, unless the file exists. The content is written to a temporary file and then linked, so
 * readers never see a partial file, concurrent processes agree on the content, and a crash leaves either the complete
 * file or no file.
 */
export function createFileOnce(file: string, generate: () => string, mode: number): void {
  const folder = path.dirname(file);
  mkdirSync(folder, { mode: folderOwnerOnly, recursive: true });
  if (existsSync(file)) return;
  const draft = `${file}.${randomUUID()}`;
  try {
    writeFileSync(draft, generate(), { mode, flag: 'wx', flush: true });
    linkSync(draft, file);
    flushFolder(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

// A new directory entry survives a power failure only after its directory has been flushed (fsync).
function flushFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
