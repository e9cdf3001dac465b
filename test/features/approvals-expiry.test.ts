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

type Company = Awaited<ReturnType<typeof aTenantWithApprovals>>;
/** What happens between the confirmation and the asker's coming back; null where the asker cannot come back at all. */
const meanwhile: [label: string, happens: (company: Company) => Promise<unknown>, comesBack: boolean, why: string][] = [
  ['the asker is demoted', ({ asker }) => change(asker, { administrator_level: 'userManagement' }), false, 'asker'],
  ['the asker is blocked', ({ asker }) => change(asker, { state: 'blocked', epoch: 1 }), false, 'asker'],
  ['the asker is deleted', ({ asker }) => change(asker, { state: 'deleted', epoch: 1 }), false, 'asker'],
  ['the asker has another password', ({ asker }) => change(asker, { epoch: 1 }), false, 'asker'],
  ['the confirmer is demoted', ({ other }) => change(other, { administrator_level: 'none' }), true, 'confirmer'],
  ['the confirmer is blocked', ({ other }) => change(other, { state: 'blocked', epoch: 1 }), true, 'confirmer'],
  ['the confirmer has another password', ({ other }) => change(other, { epoch: 1 }), true, 'confirmer'],
  ['whom it is about has another password', ({ third }) => change(third, { epoch: 1 }), true, 'subject'],
  [
    'whom it is about holds another level',
    ({ third }) => change(third, { administrator_level: 'none' }),
    true,
    'subject',
  ],
  ['whom it is about is deleted', ({ third }) => change(third, { state: 'deleted', epoch: 1 }), true, 'subject'],
  ['the time is over', () => Promise.resolve((portal.clock.now += waitMs)), true, 'time'],
];

describe('a confirmed request lapses', () => {
  for (const [label, happens, comesBack, why] of meanwhile) {
    it(`when ${label}`, async () => {
      const company = await aTenantWithApprovals(portal);
      const address = await anApprovedRequest(company);
      const camille = await company.as(company.asker);
      await camille.visit(address);
      await happens(company);
      const before = await storedUser(portal, company.third);
      if (comesBack) {
        const answer = await (await company.as(company.asker)).send('get', address);
        assert.match(answer.text, /Lapsed/);
        assert.doesNotMatch(answer.text, /perform"/);
      }
      await camille.send('post', `${address}/perform`);
      await portal.background.runAll();
      assert.deepEqual(await storedUser(portal, company.third), before);
      assert.deepEqual(await requestStatesOf(portal, company.tenant), ['lapsed']);
      assert.equal(
        (
          await knex<{ lapsed_by: string; tenant_id: string }>('approvals')
            .where({ tenant_id: company.tenant.id })
            .first()
        )?.lapsed_by,
        why,
      );
      assert.equal((await activityKindsOf(portal, company.tenant)).at(-1), 'approval.lapsed');
    });
  }
});

describe('the time of a request', () => {
  it('ends to the millisecond, for the answer and for the act', async () => {
    const company = await aTenantWithApprovals(portal);
    const address = await aPendingRequest(company);
    // Sessions are shorter than that: whoever answers signs in late.
    portal.clock.now += waitMs - 1;
    const [late, inTime] = [await company.as(company.other), await company.as(company.other)];
    await late.visit(address);
    await inTime.visit(address);
    portal.clock.now += 1;
    await late.submit('Confirm');
    assert.equal(late.status, 409);
    late.sees('Its time ran out.');
    portal.clock.now -= 1;
    assert.equal((await inTime.send('post', address, { move: 'confirmed' })).status, 409, 'what has lapsed stays so');
  });

  it('begins anew with the confirmation', async () => {
    const company = await aTenantWithApprovals(portal);
    const address = await aPendingRequest(company);
    portal.clock.now += waitMs - 1;
    const noah = await company.as(company.other);
    await noah.visit(address);
    await noah.submit('Confirm');
    portal.clock.now += waitMs - 1;
    const camille = await company.as(company.asker);
    await camille.visit(address);
    await camille.submit('Reset password');
    assert.ok(camille.$('#temporary-password').text());
  });
});

describe('what has ended', () => {
  it('is removed after thirty days, and the log still holds it', async () => {
    const company = await aTenantWithApprovals(portal);
    const camille = await company.as(company.asker);
    const address = await aPendingRequest(company);
    await camille.visit(address);
    await camille.submit('Withdraw');
    camille.sees('Your request has been withdrawn.');
    await advanceTime(portal, 30 * 24 * hourMs);
    await portal.background.runAll();
    assert.deepEqual(await requestStatesOf(portal, company.tenant), ['withdrawn']);
    portal.clock.now += 1;
    await portal.background.runAll();
    assert.deepEqual(await requestStatesOf(portal, company.tenant), []);
    assert.deepEqual(await activityKindsOf(portal, company.tenant), ['approval.asked', 'approval.withdrawn']);
    const later = await company.as(company.asker);
    assert.equal((await later.visit(address)).status, 404);
  });

  it('leaves no reason behind when whom it was about is erased', async () => {
    const company = await aTenantWithApprovals(portal);
    const address = await aPendingRequest(company, 'Kanarienvogel');
    const noah = await company.as(company.other);
    await noah.visit(address);
    await noah.submit('Decline', { 'Comment (optional)': 'Zaunkönig' });
    await change(company.third, { state: 'deleted', deleted_at: portal.clock.now, epoch: 1 });
    const camille = await company.as(company.asker);
    await camille.visit(`${usersPage}/${company.third.id}/erase`);
    await camille.submit('Erase for good');
    const kept = JSON.stringify([
      await knex('approvals'),
      await knex('activity').where({ tenant_id: company.tenant.id }),
    ]);
    assert.doesNotMatch(kept, /Kanarienvogel/);
    await camille.visit('/account-settings/activity-log');
    camille.sees('What was written has been erased').sees('Zaunkönig');
  });
});
