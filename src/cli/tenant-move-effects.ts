import { previewCancel, previewFinish, type MovingDependencies } from '../core/moving/index.ts';
import type { Effects } from './confirmation.ts';
import type { CancelOptions } from './tenant-move-actions.ts';

/** @returns the effects of deleting a tenant that has moved; null if it has already been deleted */
export async function effectsOfDone(
  parts: MovingDependencies,
  tenantId: string,
  receipt: unknown,
): Promise<Effects | null> {
  const found = await previewFinish(parts, tenantId, receipt);
  if (found === null) return null;
  const { name, region, rows } = found;
  const all = Object.values(rows).reduce((sum, count) => sum + count, 0);
  return {
    lines: [
      `Finishing the move permanently deletes ${name} from this region: ${all} rows, among them users: ${rows.users ?? 0}, log entries: ${rows.activity ?? 0}.`,
      `According to the receipt, ${region} has imported the tenant.`,
    ],
    counts: rows,
  };
}

export async function effectsOfCancel(
  parts: MovingDependencies,
  tenantId: string,
  { force, reason }: CancelOptions,
): Promise<Effects> {
  const { tenant, move, isRisky } = await previewCancel(parts, tenantId, force ? (reason ?? null) : null);
  return {
    lines: [
      `Canceling the move of ${tenant.name} to ${move.region} makes the tenant ${move.stateBefore} in this region again.`,
      ...(isRisky
        ? [`The bundle was written: if ${move.region} imports it, the tenant is active in both regions.`]
        : []),
    ],
    counts: { writtenBundles: isRisky ? 1 : 0 },
  };
}
