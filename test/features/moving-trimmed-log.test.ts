import assert from 'node:assert/strict';
import { it } from 'node:test';
import { trimLogs } from '../../src/core/activity/trim.ts';
import { verifyChain } from '../../src/core/activity/verify.ts';
import { aMovingRegion, moveTenant } from '../support/moving.ts';
import { aTenant, aUser } from '../support/builders.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';

const daysMs = 40 * 24 * 60 * 60_000;

it('a trimmed activity log stays verifiable after its tenant has moved', async () => {
  const [from, to] = [await aMovingRegion('worldwide'), await aMovingRegion('germany')];
  const { database, clock, config, tenants } = from.portal;
  const tenant = await aTenant(from.portal);
  const admin = await aUser(from.portal, tenant, { administratorLevel: 'global' });
  for (let index = 0; index < 3; index++)
    await activityStore.record(database, tenant.scope, { kind: 'user.added' }, admin.id, clock.now);
  clock.now += daysMs;
  to.portal.clock.now += daysMs;
  const rules = { ...config.rules, activityLog: { ...config.rules.activityLog, retentionDays: 30 } };
  await trimLogs({ database, rules, scopeOf: tenants.operatorScope }).purge(
    clock.now,
    new AbortController().signal,
    () => {},
  );
  assert.deepEqual(await verifyChain(database, tenant.id), { entries: 1, dropped: 3, fault: null });
  await moveTenant(from, to, tenant.id);
  const arrived = await verifyChain(to.portal.database, tenant.id);
  assert.deepEqual([arrived?.dropped, arrived?.fault], [3, null]);
});
