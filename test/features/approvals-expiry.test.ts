import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { User } from '../../src/domain/people/user.ts';
import {
  aTenantWithApprovals,
  anApprovedRequest,
  aPendingRequest,
  hourMs,
  activityKindsOf,
  usersPage,
  storedUser,
  requestStatesOf,
} from '../support/approvals.ts';
import { advanceTime, openPortal } from '../support/portal.ts';

const portal = await openPortal();
const { knex } = portal.database;
const change = (user: User, columns: object): Promise<number> => knex('users').where({ id: user.id }).update(columns);
const waitMs = 24 * hourMs;

type ApprovalFixture = Awaited<ReturnType<typeof aTenantWithApprovals>>;
/**
 * The event between the approval and the requester's return; `canReopen` is false if the requester can no longer open
 * the request.
 */
const events: [
  label: string,
  cause: (fixture: ApprovalFixture) => Promise<unknown>,
  canReopen: boolean,
  why: string,
][] = [
  [
    'the requester is demoted',
    ({ requester }) => change(requester, { administrator_level: 'userManagement' }),
    false,
    'asker',
  ],
  ['the requester is blocked', ({ requester }) => change(requester, { state: 'blocked', epoch: 1 }), false, 'asker'],
  ['the requester is deleted', ({ requester }) => change(requester, { state: 'deleted', epoch: 1 }), false, 'asker'],
  ["the requester's password changes", ({ requester }) => change(requester, { epoch: 1 }), false, 'asker'],
  ['the approver is demoted', ({ other }) => change(other, { administrator_level: 'none' }), true, 'confirmer'],
  ['the approver is blocked', ({ other }) => change(other, { state: 'blocked', epoch: 1 }), true, 'confirmer'],
  ["the approver's password changes", ({ other }) => change(other, { epoch: 1 }), true, 'confirmer'],
  ["the subject's password changes", ({ third }) => change(third, { epoch: 1 }), true, 'subject'],
  ["the subject's level changes", ({ third }) => change(third, { administrator_level: 'none' }), true, 'subject'],
  ['the subject is deleted', ({ third }) => change(third, { state: 'deleted', epoch: 1 }), true, 'subject'],
  ['the time limit passes', () => Promise.resolve((portal.clock.now += waitMs)), true, 'time'],
];

describe('an approved request', () => {
  for (const [label, cause, canReopen, why] of events) {
    it(`expires when ${label}`, async () => {
      const fixture = await aTenantWithApprovals(portal);
      const address = await anApprovedRequest(fixture);
      const camille = await fixture.as(fixture.requester);
      await camille.visit(address);
      await cause(fixture);
      const before = await storedUser(portal, fixture.third);
      if (canReopen) {
        const answer = await (await fixture.as(fixture.requester)).send('get', address);
        assert.match(answer.text, /Expired/);
        assert.doesNotMatch(answer.text, /perform"/);
      }
      await camille.send('post', `${address}/perform`);
      await portal.background.runAll();
      assert.deepEqual(await storedUser(portal, fixture.third), before);
      assert.deepEqual(await requestStatesOf(portal, fixture.tenant), ['lapsed']);
      assert.equal(
        (
          await knex<{ lapsed_by: string; tenant_id: string }>('approvals')
            .where({ tenant_id: fixture.tenant.id })
            .first()
        )?.lapsed_by,
        why,
      );
      assert.equal((await activityKindsOf(portal, fixture.tenant)).at(-1), 'approval.lapsed');
    });
  }
});

describe('the time limit of a request', () => {
  it('is exact to the millisecond, and an expired request stays expired', async () => {
    const fixture = await aTenantWithApprovals(portal);
    const address = await aPendingRequest(fixture);
    // Sessions expire before the time limit, so the approver signs in just before it.
    portal.clock.now += waitMs - 1;
    const [late, inTime] = [await fixture.as(fixture.other), await fixture.as(fixture.other)];
    await late.visit(address);
    await inTime.visit(address);
    portal.clock.now += 1;
    await late.submit('Approve');
    assert.equal(late.status, 409);
    late.sees('The time limit was reached.');
    portal.clock.now -= 1;
    assert.equal(
      (await inTime.send('post', address, { move: 'confirmed' })).status,
      409,
      'an expired request stays expired',
    );
  });

  it('restarts on approval', async () => {
    const fixture = await aTenantWithApprovals(portal);
    const address = await aPendingRequest(fixture);
    portal.clock.now += waitMs - 1;
    const noah = await fixture.as(fixture.other);
    await noah.visit(address);
    await noah.submit('Approve');
    portal.clock.now += waitMs - 1;
    const camille = await fixture.as(fixture.requester);
    await camille.visit(address);
    await camille.submit('Reset password');
    assert.ok(camille.$('#temporary-password').text());
  });
});

describe('ended requests', () => {
  it('are deleted after 30 days, while the activity log retains their entries', async () => {
    const fixture = await aTenantWithApprovals(portal);
    const camille = await fixture.as(fixture.requester);
    const address = await aPendingRequest(fixture);
    await camille.visit(address);
    await camille.submit('Withdraw request');
    camille.sees('Your request was withdrawn.');
    await advanceTime(portal, 30 * 24 * hourMs);
    await portal.background.runAll();
    assert.deepEqual(await requestStatesOf(portal, fixture.tenant), ['withdrawn']);
    portal.clock.now += 1;
    await portal.background.runAll();
    assert.deepEqual(await requestStatesOf(portal, fixture.tenant), []);
    assert.deepEqual(await activityKindsOf(portal, fixture.tenant), ['approval.asked', 'approval.withdrawn']);
    const later = await fixture.as(fixture.requester);
    assert.equal((await later.visit(address)).status, 404);
  });

  it('lose their reason when their subject is erased', async () => {
    const fixture = await aTenantWithApprovals(portal);
    const address = await aPendingRequest(fixture, 'Kanarienvogel');
    const noah = await fixture.as(fixture.other);
    await noah.visit(address);
    await noah.submit('Decline', { 'Comment (optional)': 'Zaunkönig' });
    await change(fixture.third, { state: 'deleted', deleted_at: portal.clock.now, epoch: 1 });
    const camille = await fixture.as(fixture.requester);
    await camille.visit(`${usersPage}/${fixture.third.id}/erase`);
    await camille.submit('Erase permanently');
    const kept = JSON.stringify([
      await knex('approvals'),
      await knex('activity').where({ tenant_id: fixture.tenant.id }),
    ]);
    assert.doesNotMatch(kept, /Kanarienvogel/);
    await camille.visit('/account-settings/activity-log');
    camille.sees('This text was erased').sees('Zaunkönig');
  });
});
