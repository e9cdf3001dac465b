import { accessSync, constants, statSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * @param names absolute paths, or names on the PATH
 * @returns the first of these commands that is executable; null if no command is executable
 */
export function findCommand(...names: string[]): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const paths = names.flatMap((name) => (name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name))));
  return paths.find(isExecutable) ?? null;
}

/**
 * Makes an unprivileged user the owner of a folder if this process runs as root, because PostgreSQL refuses to run as
 * root. The IDs are those of `nobody` on most systems; no account is needed.
 * @returns the user that must run the server, or null if it can run as the current user
 */
export async function unprivilegedOwner(folder: string): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = { uid: 65534, gid: 65534 };
  await chown(folder, owner.uid, owner.gid);
  return owner;
}

/** @returns whether the path is a file that this process may execute */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
