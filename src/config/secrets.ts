import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Config } from './config.ts';
import { keptInFile } from './kept-file.ts';

const secretBytes = 32;
const shortestSecret = 32;

/**
 * @returns the secrets that sign sessions: the operator's, or one that is made at the first start and kept in the
 * data directory, readable by its owner alone
 */
export function loadSecrets(config: Config): readonly string[] {
  if (config.sessionSecrets.length > 0) return config.sessionSecrets;
  const file = path.join(config.dataDirectory, 'session-secret');
  const secret = keptInFile(file, () => randomBytes(secretBytes).toString('base64url')).trim();
  if (secret.length < shortestSecret)
    throw new Error(`${file} holds no secret: remove it, and one is made at the next start`);
  return [secret];
}
