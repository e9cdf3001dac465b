import type { Logger } from 'pino';
import type { Work } from '../../../platform/jobs.ts';
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

/** Puts every seed under the first key, so that the keys behind it can be taken away; says how many none of them opens. */
export function createSeedReencryption(deps: SeedReencryptionDependencies): Work {
  const bound = bind(deps, { run });
  return { name: 'Seeds', everyMs, run: bound.run };
}

export async function run(deps: SeedReencryptionDependencies, stopping: AbortSignal): Promise<void> {
  const { database, vault, log } = deps;
  let unreadable = 0;
  for (let afterId = 0; !stopping.aborted;) {
    const some = await seedsStore.reencryptForOperator(database, vault, afterId, batchSize);
    unreadable += some.unreadable;
    afterId = some.last;
    if (some.found < batchSize) break;
  }
  if (unreadable > 0) log.error({ count: unreadable }, 'Second factors that no key of SECOND_FACTOR_KEYS opens');
}
