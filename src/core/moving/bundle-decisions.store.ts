import type { Database } from '../../platform/database/database.ts';

/** A region's decision on a bundle. It contains no personal data and is retained permanently. */
export interface BundleDecision {
  /** The fingerprint of the move. */
  readonly move: string;
  readonly decision: 'imported' | 'refused';
  /** Epoch ms. */
  readonly decidedAt: number;
}

interface BundleDecisionRow {
  move: string;
  decision: BundleDecision['decision'];
  decided_at: number;
}

/** @returns the decision on a bundle, or null */
export async function find(database: Database, move: string): Promise<BundleDecision | null> {
  const row = await database.knex<BundleDecisionRow>('bundle_decisions').where({ move }).first();
  return row === undefined ? null : toDecision(row);
}

/**
 * Stores a decision, unless the region has already decided on the bundle. Waits for a concurrent decision.
 * @returns whether the decision was stored
 */
export async function add(database: Database, { move, decision, decidedAt }: BundleDecision): Promise<boolean> {
  const row = { move, decision, decided_at: decidedAt };
  const added = await database.knex('bundle_decisions').insert(row).onConflict('move').ignore().returning('move');
  return added.length > 0;
}

/** Changes the decision on an imported bundle to `refused`. @param at the time of the change, epoch ms */
export async function refuseImported(database: Database, move: string, at: number): Promise<void> {
  await database
    .knex('bundle_decisions')
    .where({ move, decision: 'imported' })
    .update({ decision: 'refused', decided_at: at });
}

/** @returns the refused bundles, the earliest refusal first */
export async function listRefused(database: Database): Promise<BundleDecision[]> {
  const rows = database.knex<BundleDecisionRow>('bundle_decisions').where({ decision: 'refused' });
  return (await rows.orderBy(['decided_at', 'move'])).map(toDecision);
}

const toDecision = ({ move, decision, decided_at }: BundleDecisionRow): BundleDecision => ({
  move,
  decision,
  decidedAt: decided_at,
});
