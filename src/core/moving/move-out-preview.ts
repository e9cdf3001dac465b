import { existsSync } from 'node:fs';
import type { MovedPasswords } from '../../domain/activity/event.ts';
import type { Tenant } from '../accounts/index.ts';
import type { MovingDependencies } from './dependencies.ts';
import { encrypterFor } from './encrypted-file.ts';
import { getTenant } from './get-tenant.ts';
import { MoveFault } from './move-fault.ts';
import * as movingStore from './moving.store.ts';
import { countRows, countUnmovedRows, type RowCounts } from './tenant-rows.ts';

export interface MoveOrder {
  readonly tenantId: string;
  /** The destination region. */
  readonly to: string;
  /** The age recipient to which the bundle is encrypted, `age1…`. */
  readonly recipient: string;
  readonly passwords: MovedPasswords;
  /** The path of the bundle. The file must not exist yet. */
  readonly file: string;
}

/** What a move would leave behind. */
export interface MoveOutPreview {
  readonly tenant: Tenant;
  readonly users: number;
  /** The number of rows that are not moved, by table. */
  readonly notMoved: RowCounts;
  /** The number of users who can only sign in with a one-time link. Links are not moved. */
  readonly waitForLink: number;
  /** The number of users who must set up a second factor again, because second factors are not moved. */
  readonly secondFactors: number;
}

/**
 * Checks whether `moveOut` would start, and counts what does not move, without changing anything.
 * @throws MoveFault
 */
export async function previewMoveOut(parts: MovingDependencies, order: MoveOrder): Promise<MoveOutPreview> {
  const { database, clock } = parts;
  const tenant = await getTenant(database, order.tenantId);
  checkOrder(parts, order, tenant);
  await encrypterFor(order.recipient);
  const { id } = tenant;
  return {
    tenant,
    users: (await countRows(database, id)).users ?? 0,
    notMoved: await countUnmovedRows(database, id),
    waitForLink: await movingStore.countWaitingForLink(database, id, clock()),
    secondFactors: await movingStore.countSecondFactorsToReplace(database, id),
  };
}

/** @throws MoveFault if the tenant cannot move, or the order is not valid */
export function checkOrder({ rules, regionUrls }: MovingDependencies, { to, file }: MoveOrder, tenant: Tenant): void {
  if (tenant.kind === 'operators') throw new MoveFault('operators', tenant.name);
  if (tenant.state === 'moving') throw new MoveFault('alreadyMoving', tenant.name);
  if (to === rules.region) throw new MoveFault('sameRegion', to);
  // Unless the tenant is unlisted, its users are redirected to the new region after the move, so the URL of that region
  // must be configured.
  if (tenant.listed && !regionUrls.has(to)) throw new MoveFault('noAddress', to);
  if (existsSync(file)) throw new MoveFault('fileExists', file);
}
