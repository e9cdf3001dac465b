import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ownerOnly = 0o600;
const folderOwnerOnly = 0o700;

/**
 * A text that is made once and kept in a file, readable by its owner alone.
 * Written beside and then linked into place: whoever finds the file finds it whole, and of several that start together
 * one wins.
 * @param make makes the text where there is no file yet
 */
export function readOrGenerate(file: string, make: () => string): string {
  mkdirSync(path.dirname(file), { mode: folderOwnerOnly, recursive: true });
  if (!existsSync(file)) {
    const draft = `${file}.${randomUUID()}`;
    try {
      writeFileSync(draft, make(), { mode: ownerOnly, flag: 'wx' });
      linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }
  return readFileSync(file, 'utf8');
}
