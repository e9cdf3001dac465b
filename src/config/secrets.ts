import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from './config.ts';

const secretBytes = 32;
const ownerOnly = 0o600;

/**
 * @returns the secrets that sign sessions: the operator's, or one that is made at the first start and kept in the
 * data directory, readable by its owner alone
 */
export function loadSecrets(config: Config): readonly string[] {
  if (config.sessionSecrets.length > 0) return config.sessionSecrets;
  const file = path.join(config.dataDirectory, 'session-secret');
  mkdirSync(config.dataDirectory, { recursive: true });
  try {
    // `wx` lets one of several processes that start together make it; the others read it.
    writeFileSync(file, randomBytes(secretBytes).toString('base64url'), { mode: ownerOnly, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return [readFileSync(file, 'utf8').trim()];
}
