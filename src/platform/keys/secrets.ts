import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config/config.ts';
import { readOrGenerate } from './generated-file.ts';

const secretBytes = 32;
const minSecretLength = 32;

/**
 * @returns the secrets that sign sessions: the operator's, or one that is made at the first start and kept in the
 * data directory, readable by its owner alone
 */
export function loadSecrets(config: Config): readonly string[] {
  return config.sessionSecrets.length > 0
    ? config.sessionSecrets
    : [readOrGenerateSecret(path.join(config.dataDirectory, 'session-secret'))];
}

/** @returns the secrets that the seeds of second factors are sealed by: the operator's, or one that is kept likewise */
export function loadSecondFactorKeys(config: Config): readonly string[] {
  return config.secondFactorKeys.length > 0
    ? config.secondFactorKeys
    : [readOrGenerateSecret(secondFactorKeyFile(config))];
}

/** @returns the same, without making one; empty where there is none yet */
export function findSecondFactorKeys(config: Config): readonly string[] {
  const there = config.secondFactorKeys.length > 0 || existsSync(secondFactorKeyFile(config));
  return there ? loadSecondFactorKeys(config) : [];
}

const secondFactorKeyFile = ({ dataDirectory }: Config): string => path.join(dataDirectory, 'second-factor-key');

function readOrGenerateSecret(file: string): string {
  const secret = readOrGenerate(file, () => randomBytes(secretBytes).toString('base64url')).trim();
  if (secret.length < minSecretLength)
    throw new Error(`${file} holds no secret: remove it, and one is made at the next start`);
  return secret;
}
