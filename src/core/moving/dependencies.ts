import type { RegionRules } from '../../domain/regions.ts';
import { signerOf, type Signer } from '../../platform/keys/region-key.ts';
import type { Tenants } from '../accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';

/** Stores the key of a region, within the transaction that accepts a file signed with it. */
export type StoreKey = (tx: Database) => Promise<void>;

/** The dependencies of moving a tenant, in both regions. */
export interface MovingDependencies {
  readonly database: Database;
  readonly tenants: Pick<Tenants, 'operatorScope'>;
  readonly hasher: Hasher;
  readonly rules: RegionRules;
  /** The URLs of the regions to which this one can redirect users. */
  readonly regionUrls: ReadonlyMap<string, URL>;
  /** This region's private signing key (PEM). */
  readonly signingKey: string;
  /**
   * Checks the key of another region.
   * @returns a function that stores the key, to call after all other checks
   * @throws if the key differs from the known one
   */
  readonly checkKey: (signer: Signer, what: string) => Promise<StoreKey>;
  /** Returns the current time, epoch ms. */
  readonly clock: () => number;
}

/** @returns this region as a signer, with its public key */
export const ownSigner = ({ rules, signingKey }: MovingDependencies): Signer => signerOf(rules.region, signingKey);
