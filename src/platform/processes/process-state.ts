import { createHash, hkdfSync, randomUUID } from 'node:crypto';
import type { RegionRules } from '../../domain/regions.ts';
import type { RegionIdentity } from '../region-identity.ts';
import { version } from '../version.ts';

/** The state of a running process, which other processes read from the database. It contains no secret. */
export interface ProcessState {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly edition: string;
  readonly revision: string;
  /** A digest of all rules that apply. */
  readonly rules: string;
  /** The fingerprints of SESSION_SECRETS, in order: the first secret signs. */
  readonly sessionSecrets: readonly string[];
  /** The fingerprints of SECOND_FACTOR_KEYS, in order: the first key encrypts. */
  readonly secondFactorKeys: readonly string[];
}

interface OwnParts {
  readonly host: { readonly name: string; readonly pid: number };
  readonly rules: RegionRules;
  readonly identity: RegionIdentity;
  readonly secrets: readonly string[];
  readonly secondFactorKeys: readonly string[];
}

const digestLength = 16;
const secretIdBytes = 9;

/** @returns the state of this process, with a new id */
export function ownState({ host, rules, identity, secrets, secondFactorKeys }: OwnParts): ProcessState {
  const idsOf = (all: readonly string[]): string[] => all.map((secret) => secretId(secret, identity.fingerprint));
  return {
    id: randomUUID(),
    host: host.name,
    pid: host.pid,
    version,
    edition: rules.edition,
    revision: rules.revision,
    rules: createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, digestLength),
    sessionSecrets: idsOf(secrets),
    secondFactorKeys: idsOf(secondFactorKeys),
  };
}

/**
 * @param salt differs between installations, so that fingerprints of different installations cannot be compared
 * @returns a fingerprint from which the secret cannot be derived
 */
export const secretId = (secret: string, salt: string): string =>
  Buffer.from(hkdfSync('sha256', secret, salt, 'parvis process secret id', secretIdBytes)).toString('base64url');
