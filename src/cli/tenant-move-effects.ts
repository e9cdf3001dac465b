import {
  type CancelGrounds,
  type MoveOrder,
  type MovingDependencies,
  previewCancel,
  previewFinish,
  previewMoveOut,
  previewUndo,
} from '../core/moving/index.ts';
import type { Effects } from './confirmation.ts';
import { linkLines, notMovedLine, secondFactorLines } from './tenant-move-output.ts';

/** @returns the effects of moving a tenant out of this region */
export async function effectsOfOut(parts: MovingDependencies, order: MoveOrder): Promise<Effects> {
  const { tenant, users, notMoved, waitForLink, secondFactors } = await previewMoveOut(parts, order);
  return {
    lines: [
      `Moving ${tenant.name} to ${order.to} ends all its sessions and blocks sign-in for its users (${users}) until ${order.to} has imported it, or until "tenant move-cancel".`,
      notMovedLine(notMoved),
      ...linkLines(order.passwords, waitForLink),
      ...secondFactorLines(secondFactors),
    ],
    counts: Object.assign({ users, waitForLink, secondFactors }, notMoved),
  };
}

/** @returns the effects of deleting a tenant that has moved; null if it has already been deleted */
export async function effectsOfDone(
  parts: MovingDependencies,
  tenantId: string,
  receipt: unknown,
): Promise<Effects | null> {
  const found = await previewFinish(parts, tenantId, receipt);
  if (found === null) return null;
  const { name, region, rows } = found;
  return {
    lines: [
      `Finishing the move permanently deletes ${name} from this region: ${rowsLine(rows)}`,
      `According to the receipt, ${region} has imported the tenant.`,
    ],
    counts: rows,
  };
}

export async function effectsOfCancel(
  parts: MovingDependencies,
  tenantId: string,
  grounds: CancelGrounds,
): Promise<Effects> {
  const { tenant, move, isRisky } = await previewCancel(parts, tenantId, grounds);
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

/**
 * @returns the effects of deleting a tenant that was imported even though the other region has canceled the move; null
 * if it has already been deleted
 */
export async function effectsOfUndo(
  parts: MovingDependencies,
  tenantId: string,
  cancellation: unknown,
): Promise<Effects | null> {
  const found = await previewUndo(parts, tenantId, cancellation);
  if (found === null) return null;
  const { tenant, region, rows, recordedHere } = found;
  return {
    lines: [
      `Undoing the move permanently deletes ${tenant.name} from this region: ${rowsLine(rows)}`,
      `${region} has canceled the move and keeps the tenant. What was changed here since the import is lost; log entries about it: ${recordedHere}.`,
    ],
    counts: Object.assign({ recordedHere }, rows),
  };
}

function rowsLine(rows: Readonly<Record<string, number>>): string {
  const all = Object.values(rows).reduce((sum, count) => sum + count, 0);
  return `${all} rows, among them users: ${rows.users ?? 0}, log entries: ${rows.activity ?? 0}.`;
}
