import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from './config.ts';

const secretBytes = 32;
const shortestSecret = 32;
const ownerOnly = 0o600;

/**
 * @returns the secrets that sign sessions: the operator's, or one that is made at the first start and kept in the
 * data directory, readable by its owner alone
 */
export function loadSecrets(config: Config): readonly string[] {
  if (config.sessionSecrets.length > 0) return config.sessionSecrets;
  const file = path.join(config.dataDirectory, 'session-secret');
  mkdirSync(config.dataDirectory, { mode: 0o700, recursive: true });
  if (!existsSync(file)) make(file);
  const secret = readFileSync(file, 'utf8').trim();
  if (secret.length < shortestSecret)
    throw new Error(`${file} holds no secret: remove it, and one is made at the next start`);
  return [secret];
}

// Written beside and then linked into place: whoever finds the file finds it whole, and of several that start together one wins.
function make(file: string): void {
  const draft = `${file}.${randomUUID()}`;
  try {
    writeFileSync(draft, randomBytes(secretBytes).toString('base64url'), { mode: ownerOnly, flag: 'wx' });
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
