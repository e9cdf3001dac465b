import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { approvalPath, paths } from '../../paths.ts';
import type { Stores } from '../../stores.ts';
import { mayDecide, readAreTwo } from './recheck.ts';
import type { Approval } from './rows.ts';

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * What waits for the reader on their dashboard: requests that they could answer, and what became of their own.
 * Nothing is asked of the database where the rules ask for no second administrator.
 * @param now epoch ms
 */
export async function approvalsToLookAt(stores: Stores, scope: Scope, now: number) {
  if (scope.rules.twoAdministrators.for.length === 0 || !may(scope, 'approvals.view').allowed) return [];
  const [live, declined] = await Promise.all([
    Array.fromAsync(stores.approvals.live(scope)),
    stores.approvals.declined(scope, now - dayMs),
  ]);
  const present = live.filter(({ expiresAt }) => expiresAt > now);
  const able = present.filter((each) => each.state === 'open' && mayDecide(scope, each));
  // Mostly there is nothing to look further at.
  const areTwo = able.length > 0 ? await readAreTwo(stores, scope, now) : () => true;
  const waiting = able.filter(({ asker }) => areTwo(asker.id, scope.actor?.id ?? ''));
  const confirmed = present.filter((each) => each.state === 'confirmed' && each.asker.id === scope.actor?.id);
  return [
    { ...item('waiting', waiting), icon: 'users', tone: 'warning' as const },
    { ...item('confirmed', confirmed), icon: 'circle-check', tone: 'success' as const },
    { ...item('declined', declined), icon: 'x', tone: 'info' as const },
  ].filter(({ count }) => count > 0);
}

// One is a page of its own; several are found in the list.
function item(what: string, found: readonly Approval[]) {
  const [only] = found;
  const href = only !== undefined && found.length === 1 ? approvalPath(only.id) : paths.approvals;
  const [title, text] = [`approvals:attention.${what}.title`, `approvals:attention.${what}.text`];
  return { title, text, count: found.length, href };
}
