import type { RegionRules } from '../../domain/regions.ts';
import { signerOf, type Signer } from '../../platform/keys/region-key.ts';
import type { Tenants } from '../accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';

/** Makes a key known, within the transaction of what it signed. */
export type StoreKey = (tx: Database) => Promise<void>;

/** What moving a tenant works with, at either side. */
export interface MovingDependencies {
  readonly database: Database;
  readonly tenants: Pick<Tenants, 'operatorScope'>;
  readonly hasher: Hasher;
  readonly rules: RegionRules;
  /** Address of every region that people can be led to. */
  readonly regionUrls: ReadonlyMap<string, URL>;
  /** By which this region signs, as PEM. */
  readonly signingKey: string;
  /**
   * Judges the key of another region. @returns what keeps it, once the rest has turned out to be good
   * @throws where it is not the one that is known
   */
  readonly checkKey: (signer: Signer, what: string) => Promise<StoreKey>;
  /** Epoch ms. */
  readonly clock: () => number;
}

/** @returns this region as it signs */
export const ownSigner = ({ rules, signingKey }: MovingDependencies): Signer => signerOf(rules.region, signingKey);
