import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { aMailServer } from '../support/mail-server.ts';
import { aMovingRegion, moveTenant, type MovingRegion } from '../support/moving.ts';
import { MAIL_FROM } from '../support/outbox.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';

const toldOf = { kind: 'user.unblocked' } as const;

/** Creates a tenant with one event whose notice has been sent. `record` adds another event. */
async function withOldEvents({ portal }: Pick<MovingRegion, 'portal'>) {
  const tenant = await aTenant(portal, { language: 'en' });
  const admin = await aUser(portal, tenant, { administratorLevel: 'global' });
  const zoe = await aUser(portal, tenant);
  const record = (): Promise<void> =>
    activityStore.record(portal.database, tenant.scope, toldOf, zoe.id, portal.clock.now);
  await record();
  await portal.background.runAll();
  return { tenant, admin, record };
}

const deliveriesAt = ({ portal }: Pick<MovingRegion, 'portal'>) =>
  portal.database.knex<{ kind: string; user_id: string; event_place: number }>('deliveries').select();

for (const [label, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`deliveries of a moved tenant, on ${label}`, { skip: skipWithout('postgres', server) }, async () => {
    if (!server) return;
    const from = await aMovingRegion('germany');
    const to = await aMovingRegion('worldwide', server.url);

    for (const passwords of ['keep', 'reset'] as const) {
      it(`are not created for old events (passwords: ${passwords})`, async () => {
        const { tenant, admin, record } = await withOldEvents(from);
        await record();
        await moveTenant(from, to, tenant.id, passwords);
        const log = to.portal.database.knex('activity').where('tenant_id', tenant.id).orderBy('place');
        const entries = (await log) as { place: number; kind: string }[];
        assert.equal(
          entries.filter(({ kind }) => kind === toldOf.kind).length,
          2,
          'the old events are part of the move',
        );
        const arrival = entries.find(({ kind }) => kind === 'tenant.movedIn')!.place;
        const deliveries = await deliveriesAt(to);
        // The move itself sends notices.
        assert.deepEqual(
          deliveries.map(({ kind, user_id, event_place }) => [kind, user_id, event_place > arrival]),
          passwords === 'reset' ? [['passwordReset', admin.id, true]] : [],
        );
        await to.portal.background.runAll();
        assert.deepEqual([await deliveriesAt(to), await deliveriesAt(from)], [[], []]);
      });
    }
  });
}

describe('deliveries in a database restored from a backup', () => {
  it('are not sent for old events, while a pending one is sent with its original Message-ID', async () => {
    const mails = await aMailServer();
    const environment = { SMTP_URL: mails.url, MAIL_FROM };
    const portal = await openPortal({ environment });
    const { record } = await withOldEvents({ portal });
    await record();
    const [waiting] = await portal.database.knex<{ id: string }>('deliveries').select('id');
    const backup = path.join(portal.config.dataDirectory, 'backup.sqlite');
    await portal.database.knex.raw('vacuum into ?', [backup]);
    await portal.background.runAll();
    assert.equal(mails.received.length, 2);
    const restored = await openPortal({
      environment: Object.assign({ DATABASE_URL: `sqlite:${backup}` }, environment),
    });
    await restored.background.runAll();
    const ids = mails.received.map(({ headers }) => headers.find((line) => line.startsWith('Message-ID: ')));
    assert.equal(ids.length, 3);
    assert.equal(ids[2], ids[1]);
    assert.equal(ids[2], `Message-ID: <${waiting!.id}@host.example>`);
  });
});
