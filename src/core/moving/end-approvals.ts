import type { Scope } from '../../domain/scope.ts';
import type { Stores } from '../../stores.ts';
import { lapse } from '../approvals/lapse.ts';

/**
 * Ends what would end by itself while a tenant moves, and be recorded behind the back of its bundle. Under the tenant's lock.
 * @param at epoch ms
 */
export async function endWhatWaits(within: Stores, scope: Scope, at: number): Promise<void> {
  for await (const approval of within.approvals.live(scope)) await lapse(within, scope, approval, 'move', at);
  for (const { id, operatorId, endsAt } of await within.support.listOpen(scope, -Infinity)) {
    const outcome = endsAt <= at ? 'expired' : 'withdrawn';
    await within.support.finish(id, outcome, at);
    const kind = outcome === 'expired' ? 'support.expired' : 'support.ended';
    await within.activity.record(scope, { kind, grant: id }, operatorId, at);
  }
}
