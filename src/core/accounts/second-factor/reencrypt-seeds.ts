import type { Logger } from 'pino';
import type { Job } from '../../../platform/background-jobs.ts';
import type { Vault } from '../../../platform/keys/vault.ts';
import * as seedsStore from '../stores/seeds.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

const everyMs = 60 * 60_000;
const batchSize = 100;

export interface SeedReencryptionDependencies {
  readonly database: Database;
  readonly vault: Vault;
  readonly log: Logger;
}

/**
 * Encrypts every TOTP seed with the first key, so that older keys can be removed. Logs the number of seeds that none of
 * the keys can decrypt.
 */
export function createSeedReencryption(deps: SeedReencryptionDependencies): Job {
  const bound = bind(deps, { run });
  return { name: 'TOTP seed re-encryption', everyMs, run: bound.run };
}

export async function run(deps: SeedReencryptionDependencies, stopping: AbortSignal): Promise<void> {
  const { database, vault, log } = deps;
  let unreadable = 0;
  for (let afterId = 0; !stopping.aborted;) {
    const batch = await seedsStore.reencryptForOperator(database, vault, afterId, batchSize);
    unreadable += batch.unreadable;
    afterId = batch.last;
    if (batch.found < batchSize) break;
  }
  if (unreadable > 0)
    log.error({ count: unreadable }, 'Second factors cannot be decrypted with any key in SECOND_FACTOR_KEYS');
}
