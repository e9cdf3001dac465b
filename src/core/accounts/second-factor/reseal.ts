import type { Logger } from 'pino';
import type { Job } from '../../../platform/background-jobs.ts';
import type { Vault } from '../../../platform/keys/vault.ts';
import * as seedsStore from '../stores/seeds.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

const everyMs = 60 * 60_000;
const atOnce = 100;

export interface ResealSeedsDependencies {
  readonly database: Database;
  readonly vault: Vault;
  readonly log: Logger;
}

/** Puts every seed under the first key, so that the keys behind it can be taken away; says how many none of them opens. */
export function resealSeeds(deps: ResealSeedsDependencies): Job {
  const bound = bind(deps, { run });
  return { name: 'Seeds', everyMs, run: bound.run };
}

export async function run(deps: ResealSeedsDependencies, stopping: AbortSignal): Promise<void> {
  const { database, vault, log } = deps;
  let unreadable = 0;
  for (let behind = 0; !stopping.aborted;) {
    const some = await seedsStore.resealForOperator(database, vault, behind, atOnce);
    unreadable += some.unreadable;
    behind = some.last;
    if (some.found < atOnce) break;
  }
  if (unreadable > 0) log.error({ count: unreadable }, 'Second factors that no key of SECOND_FACTOR_KEYS opens');
}
