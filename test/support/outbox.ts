import { aTenant, aUser, type TestUser } from './builders.ts';
import { openPortal, type Portal } from './portal.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';

export const MAIL_FROM = 'portal@host.example';

/** Opens a portal with these settings and adds a user who can receive notices. */
export async function aPortalWithUser(environment: Readonly<Record<string, string>>) {
  const portal = await openPortal({ environment });
  const tenant = await aTenant(portal, { language: 'en' });
  const zoe = await aUser(portal, tenant);
  /** Adds a notice to the queue as the portal does. */
  const queueNotice = (user: TestUser = zoe): Promise<void> =>
    activityStore.record(portal.database, tenant.scope, { kind: 'user.unblocked' }, user.id, portal.clock.now);
  return { portal, tenant, zoe, queueNotice, queued: () => queuedIn(portal) };
}

async function queuedIn(portal: Portal): Promise<{ attempts: number; waitMs: number }[]> {
  const rows = await portal.database.knex<{ attempts: number; due_at: number }>('deliveries').select();
  return rows.map(({ attempts, due_at }) => ({ attempts, waitMs: due_at - portal.clock.now }));
}
