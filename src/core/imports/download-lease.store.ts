import type { Database } from '../../platform/database/database.ts';
import { latestPlausible } from '../../domain/plausible-time.ts';
import { actingUserId } from '../../domain/principal.ts';
import type { Scope } from '../../domain/scope.ts';

function ownImport(database: Database, scope: Scope, id: string) {
  return database.knex('imports').where({ id, tenant_id: scope.tenant.id, user_id: actingUserId(scope) });
}

/**
 * Claims the download for one caller.
 * @param until end of the lease, epoch ms
 * @returns false if the download is already claimed or completed
 */
export async function claim(
  database: Database,
  scope: Scope,
  id: string,
  holder: string,
  { now, until }: { now: number; until: number },
) {
  const free = ownImport(database, scope, id).where('state', 'applied').whereNull('delivered_at');
  const claimed = await free
    // A later end was stored while a clock was ahead, so that download has been abandoned.
    .whereRaw('(delivering_until is null or delivering_until < ? or delivering_until > ?)', [
      now,
      latestPlausible(until),
    ])
    .update({ delivery: holder, delivering_until: until });
  return claimed === 1;
}

/**
 * Extends the lease of a download to `until` (epoch ms).
 * @returns whether the caller still held the lease
 */
export async function renew(
  database: Database,
  scope: Scope,
  id: string,
  holder: string,
  until: number,
): Promise<boolean> {
  return (await ownImport(database, scope, id).where({ delivery: holder }).update({ delivering_until: until })) === 1;
}

/**
 * Releases a download.
 * @param deliveredAt the time of completion, epoch ms; null if it was not completed
 */
export async function release(
  database: Database,
  scope: Scope,
  id: string,
  holder: string,
  deliveredAt: number | null,
): Promise<void> {
  const end = { delivery: null, delivering_until: null, delivered_at: deliveredAt };
  await ownImport(database, scope, id).where({ delivery: holder }).update(end);
}
