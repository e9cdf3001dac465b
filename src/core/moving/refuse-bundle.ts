import type { Database } from '../../platform/database/database.ts';
import * as decisionsStore from './bundle-decisions.store.ts';
import { readBundle, type BundleHeader } from './bundle.ts';
import type { MovingDependencies } from './dependencies.ts';
import { readEncrypted } from './encrypted-file.ts';
import { MoveFault } from './move-fault.ts';
import { isMoveFingerprint, signStatement, type MoveStatement } from './move-statement.ts';

/**
 * Reads the header of a bundle for this region. The rest of the bundle may be damaged.
 * @throws MoveFault
 */
export async function readHeader({ rules }: MovingDependencies, file: string, identity: string): Promise<BundleHeader> {
  const lines = readEncrypted(file, identity);
  try {
    const { header } = await readBundle(lines);
    if (header.to !== rules.region) throw new MoveFault('addressee', header.to);
    return header;
  } finally {
    await lines.return(undefined);
  }
}

/**
 * Checks whether `refuseBundle` would succeed, without changing anything.
 * @param move the fingerprint of the move
 * @returns whether the bundle has already been refused
 * @throws MoveFault
 */
export async function isRefused({ database }: MovingDependencies, move: string): Promise<boolean> {
  return (await findRefusal(database, move)) !== null;
}

/**
 * Records that this region will never import a bundle. Can be called repeatedly.
 * @param move the fingerprint of the move
 * @returns the signed release, with which the source can cancel the move
 * @throws MoveFault if the fingerprint is malformed, or if the bundle has been imported
 */
export async function refuseBundle(parts: MovingDependencies, move: string): Promise<MoveStatement> {
  const { database, clock } = parts;
  return database.transaction(async (tx) => {
    const now = clock();
    const known = await findRefusal(tx, move);
    const isAdded = known === null && (await decisionsStore.add(tx, { move, decision: 'refused', decidedAt: now }));
    // If the decision was not stored, another command has decided in the meantime and may have imported the bundle.
    const refusal = isAdded ? null : (known ?? (await findRefusal(tx, move)));
    return signStatement(parts, 'release', move, refusal?.decidedAt ?? now);
  });
}

async function findRefusal(database: Database, move: string): Promise<decisionsStore.BundleDecision | null> {
  if (!isMoveFingerprint(move)) throw new MoveFault('moveFingerprint', move);
  const found = await decisionsStore.find(database, move);
  if (found?.decision === 'imported') throw new MoveFault('alreadyImported', move);
  return found;
}
