import { sha256 } from '../../platform/database/digest.ts';
import { createChainVerifier, type ChainFault } from '../../domain/activity/chain.ts';
import * as activityStore from './activity.store.ts';
import type { Database } from '../../platform/database/database.ts';

export interface Verified<Fault = ChainFault> {
  /** How many entries hold, from the first that is left to the fault. */
  readonly entries: number;
  /** How many had been kept for long enough, and are gone from the front. */
  readonly dropped: number;
  readonly fault: Fault | null;
}

/** Follows a tenant's chain to where it ends now. @returns null for a tenant that there is not */
export async function verifyChain(database: Database, tenantId: string): Promise<Verified | null> {
  const chain = await activityStore.chainForOperator(database, tenantId);
  if (chain === null) return null;
  const { anchor, length, hash } = chain;
  const check = createChainVerifier(sha256, anchor);
  let entries = 0;
  let fault: ChainFault | null = null;
  // Only to the end that it has now: what is recorded meanwhile is for the next check.
  for await (const entry of activityStore.entriesForOperator(database, tenantId, length)) {
    fault = check.next(entry);
    if (fault !== null) break;
    entries++;
  }
  fault ??= check.end(length, hash);
  // A running portal may drop the front of a log under the eyes of its reader: then it begins elsewhere now.
  const moved =
    fault !== null && (await activityStore.chainForOperator(database, tenantId))?.anchor.place !== anchor.place;
  return moved ? verifyChain(database, tenantId) : { entries, dropped: anchor.place, fault };
}
