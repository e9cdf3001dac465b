import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config/config.ts';
import { readOrGenerate } from './generated-file.ts';

const secretBytes = 32;
const minSecretLength = 32;

/**
 * @returns the secrets that sign sessions: those of the configuration, or one that is generated at the first start and
 * stored in the data directory, readable only by its owner
 */
export function loadSecrets(config: Config): readonly string[] {
  return config.sessionSecrets.length > 0
    ? config.sessionSecrets
    : [readOrGenerateSecret(path.join(config.dataDirectory, 'session-secret'))];
}

/**
 * @returns the keys that encrypt TOTP seeds: those of the configuration, or one that is generated at the first start
 * and stored in the data directory, readable only by its owner
 */
export function loadSecondFactorKeys(config: Config): readonly string[] {
  return config.secondFactorKeys.length > 0
    ? config.secondFactorKeys
    : [readOrGenerateSecret(secondFactorKeyFile(config))];
}

/**
 * Like `loadSecondFactorKeys`, but generates no key.
 * @returns an empty array if there is none
 */
export function findSecondFactorKeys(config: Config): readonly string[] {
  const exist = config.secondFactorKeys.length > 0 || existsSync(secondFactorKeyFile(config));
  return exist ? loadSecondFactorKeys(config) : [];
}

const secondFactorKeyFile = ({ dataDirectory }: Config): string => path.join(dataDirectory, 'second-factor-key');

function readOrGenerateSecret(file: string): string {
  const secret = readOrGenerate(file, () => randomBytes(secretBytes).toString('base64url')).trim();
  if (secret.length < minSecretLength)
    throw new Error(
      `${file} does not contain a valid secret. Delete the file to have a new one generated at the next start`,
    );
  return secret;
}
