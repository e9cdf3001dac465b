import { sha256 } from '../../platform/database/digest.ts';
import { createChainVerifier, type ChainFault } from '../../domain/activity/chain.ts';
import * as activityStore from './activity.store.ts';
import type { Database } from '../../platform/database/database.ts';

export interface Verified<Fault = ChainFault> {
  /** The number of verified entries, from the oldest remaining one to the fault or the end. */
  readonly entries: number;
  /** The number of entries deleted by retention. */
  readonly dropped: number;
  readonly fault: Fault | null;
}

/**
 * Verifies a tenant's chain up to its current end.
 * @returns the result; null if the tenant does not exist
 */
export async function verifyChain(database: Database, tenantId: string): Promise<Verified | null> {
  const chain = await activityStore.chainForOperator(database, tenantId);
  if (chain === null) return null;
  const { anchor, length, hash } = chain;
  const check = createChainVerifier(sha256, anchor);
  let entries = 0;
  let fault: ChainFault | null = null;
  // Stop at the current end. The next verification covers entries recorded in the meantime.
  for await (const entry of activityStore.entriesForOperator(database, tenantId, length)) {
    fault = check.next(entry);
    if (fault !== null) break;
    entries++;
  }
  fault ??= check.end(length, hash);
  // A running portal may trim the log during the verification. In that case the anchor has changed, so start again.
  const moved =
    fault !== null && (await activityStore.chainForOperator(database, tenantId))?.anchor.place !== anchor.place;
  return moved ? verifyChain(database, tenantId) : { entries, dropped: anchor.place, fault };
}
