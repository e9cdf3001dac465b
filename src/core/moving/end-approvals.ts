import type { Scope } from '../../domain/scope.ts';
import { lapse, approvalsStore } from '../approvals/index.ts';
import { activityStore } from '../activity/index.ts';
import { supportStore } from '../support/index.ts';
import type { Database } from '../../platform/database/database.ts';

/**
 * Ends what would end by itself while a tenant moves, and be recorded behind the back of its bundle. Under the tenant's lock.
 * @param at epoch ms
 */
export async function endWhatWaits(tx: Database, scope: Scope, at: number): Promise<void> {
  for await (const approval of approvalsStore.live(tx, scope)) await lapse(tx, scope, approval, 'move', at);
  for (const { id, operatorId, endsAt } of await supportStore.listOpen(tx, scope, -Infinity)) {
    const outcome = endsAt <= at ? 'expired' : 'withdrawn';
    await supportStore.finish(tx, id, outcome, at);
    const kind = outcome === 'expired' ? 'support.expired' : 'support.ended';
    await activityStore.record(tx, scope, { kind, grant: id }, operatorId, at);
  }
}
