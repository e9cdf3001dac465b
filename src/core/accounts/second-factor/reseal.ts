import type { Logger } from 'pino';
import type { Work } from '../../../platform/jobs.ts';
import { seedOf } from './codes.ts';
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
export function resealSeeds(deps: ResealSeedsDependencies): Work {
  const bound = bind(deps, { run });
  return { name: 'Seeds', everyMs, run: bound.run };
}

async function reseal(
  deps: ResealSeedsDependencies,
  userId: string,
  sealed: { text: string; keyId: string },
): Promise<boolean> {
  const { vault, database } = deps;
  const seed = vault.open(sealed, seedOf(userId));
  if (seed !== null) await seedsStore.resealForOperator(database, userId, sealed, vault.seal(seed, seedOf(userId)));
  return seed !== null;
}

export async function run(deps: ResealSeedsDependencies, stopping: AbortSignal): Promise<void> {
  const { database, vault, log } = deps;
  let unreadable = 0;
  for (let behind = ''; !stopping.aborted;) {
    const some = await seedsStore.sealedOtherwiseForOperator(database, vault.keyId, behind, atOnce);
    for (const { userId, sealed } of some) if (!(await reseal(deps, userId, sealed))) unreadable++;
    behind = some.at(-1)?.userId ?? behind;
    if (some.length < atOnce) break;
  }
  if (unreadable > 0) log.error({ count: unreadable }, 'Second factors that no key of SECOND_FACTOR_KEYS opens');
}
