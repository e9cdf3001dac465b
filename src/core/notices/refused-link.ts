import type { Notice } from '../../domain/notices.ts';
import { noticesSubscriber } from '../../domain/notices.ts';
import { job, type JobPrincipal } from '../../domain/principal.ts';
import type { Scope } from '../../domain/scope.ts';
import type { ScopeTenant } from '../../domain/tenant.ts';
import type { Database } from '../../platform/database/database.ts';
import { tenantsStore, usersStore } from '../accounts/index.ts';
import { activityStore, deliveriesStore, type Delivery, type Receiver } from '../activity/index.ts';

const minuteMs = 60_000;
// An import may mail many links to mailboxes that do not exist. One notice covers all refusals within this time.
const noticeDelayMs = 5 * minuteMs;

export interface RefusedLinkDependencies {
  readonly database: Database;
  readonly scopeFor: (tenant: ScopeTenant, principal: JobPrincipal) => Scope;
  /** Returns the current time, epoch ms. */
  readonly clock: () => number;
}

/**
 * @returns a function that gives up on an email if the mail server refuses the recipient's mailbox. If the email
 * contained a one-time link, the user cannot sign in, so the refusal is recorded in the activity log and the
 * administrator who sent the link is notified
 */
export const createRefusalHandler =
  (deps: RefusedLinkDependencies): Receiver<Notice>['refuse'] =>
  async (delivery, complete) =>
    deps.database.transaction(async (tx) => {
      const { tenantId, userId, message } = delivery;
      await tenantsStore.lock(tx, { tenant: { id: tenantId } });
      const tenant = await tenantsStore.findForOperator(tx, tenantId);
      // While a tenant is moving, its log must not change. The delivery is attempted again when its lease ends.
      if (tenant?.state === 'moving') return;
      if (!(await complete(tx)) || tenant === null || userId === null || !('linkId' in message)) return;
      const scope = deps.scopeFor(tenant, job('notices'));
      const now = deps.clock();
      await activityStore.record(tx, scope, { kind: 'link.mailRefused' }, userId, now);
      await notifySender(tx, scope, delivery, now);
    });

async function notifySender(tx: Database, scope: Scope, { actorId, userId }: Delivery, now: number): Promise<void> {
  if (actorId === null || actorId === userId) return;
  // Operators with support access are not notified, because they belong to another tenant.
  if ((await usersStore.find(tx, scope, actorId)) === null) return;
  const waiting = await deliveriesStore.listOf(tx, scope, noticesSubscriber.name, actorId);
  if (waiting.some(({ message }) => message.kind === 'linkMailRefused')) return;
  const notice = {
    userId: actorId,
    message: { kind: 'linkMailRefused' },
    at: now,
    dueAt: now + noticeDelayMs,
  } as const;
  await deliveriesStore.enqueue(tx, scope, noticesSubscriber.name, [notice]);
}
