import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ownerOnly = 0o600;
const folderOwnerOnly = 0o700;

/**
 * Reads a secret from a file that only its owner can read. Generates it if the file does not exist. The secret is
 * written to a temporary file and then linked, so readers never see a partial file and concurrent processes agree on
 * one secret.
 */
export function readOrGenerate(file: string, generate: () => string): string {
  mkdirSync(path.dirname(file), { mode: folderOwnerOnly, recursive: true });
  if (!existsSync(file)) {
    const draft = `${file}.${randomUUID()}`;
    try {
      writeFileSync(draft, generate(), { mode: ownerOnly, flag: 'wx' });
      linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }
  return readFileSync(file, 'utf8');
}
