import { randomBytes } from 'node:crypto';

/** Identifies one installation of a region. Each of its stores contains this identity from the first start. */
export interface RegionIdentity {
  readonly region: string;
  /** A random value in eight groups of four hexadecimal digits. Distinguishes installations of the same region. */
  readonly fingerprint: string;
}

/** The identity with which a process compares its stores. */
export interface OwnIdentity {
  readonly region: string;
  /** Null if the database is not bound to the region yet, so that only regions can be compared. */
  readonly fingerprint: string | null;
}

const fingerprintBytes = 16;

/** @returns a fingerprint for a new installation */
export const newFingerprint = (): string => groupDigits(randomBytes(fingerprintBytes).toString('hex'));

/** @returns hexadecimal digits in groups of four, for reading over the phone */
export const groupDigits = (digits: string): string => (digits.match(/.{4}/g) ?? []).join('-');

/** Thrown if a store belongs to another region, or to another installation of the same region. */
export abstract class StoreMismatch extends Error {
  /** The message without its last sentence, as the `check` command prints it. */
  readonly finding: string;
  readonly markedStore: MarkedStore;

  constructor(store: MarkedStore, fault: string) {
    const finding = `${store.name} ${fault}`;
    super(`${finding.charAt(0).toUpperCase()}${finding.slice(1)}. Nothing was changed.`);
    this.finding = finding;
    this.markedStore = store;
  }
}

/** Thrown if a store belongs to a region other than the configured one. */
export class RegionMismatch extends StoreMismatch {
  /** @param bound the region that the store belongs to */
  constructor(bound: string, region: string, store: MarkedStore = { name: 'this database', setting: 'DATABASE_URL' }) {
    super(store, `belongs to the region ${bound}, but REGION is ${region}`);
  }
}

/** Thrown if a store belongs to another installation of the configured region. */
export class InstallationMismatch extends StoreMismatch {
  constructor(found: RegionIdentity, own: string, store: MarkedStore) {
    super(
      store,
      `belongs to another installation of the region ${found.region}: its fingerprint is ${found.fingerprint}, ` +
        `that of the database is ${own}. ${store.remedy ?? ''}`,
    );
  }
}

/** A store, as described in messages. */
export interface MarkedStore {
  readonly name: string;
  /** The setting that configures the store. */
  readonly setting: 'DATABASE_URL' | 'DATA_DIR' | 'REDIS_URL';
  /** How the operator resolves the mismatch if the setting is correct. */
  readonly remedy?: string;
}

/** Compares the identity found in a store with that of this process. @throws StoreMismatch */
export function assertSameIdentity(found: RegionIdentity, own: OwnIdentity, store: MarkedStore): void {
  if (found.region !== own.region) throw new RegionMismatch(found.region, own.region, store);
  if (own.fingerprint !== null && found.fingerprint !== own.fingerprint)
    throw new InstallationMismatch(found, own.fingerprint, store);
}

const fingerprintFormat = /^[0-9a-f]{4}(-[0-9a-f]{4}){7}$/;

/** Parses an identity in the format of `identityText`. @returns null for any other string */
export function parseIdentity(text: string): RegionIdentity | null {
  try {
    const { region, fingerprint } = JSON.parse(text) as Partial<Record<string, unknown>>;
    const isValid =
      typeof region === 'string' && typeof fingerprint === 'string' && fingerprintFormat.test(fingerprint);
    return isValid ? { region, fingerprint } : null;
  } catch {
    return null;
  }
}

/** @returns the identity in the format in which a store contains it */
export const identityText = ({ region, fingerprint }: RegionIdentity): string =>
  JSON.stringify({ region, fingerprint });
