import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayDelete } from '../../src/domain/policy.ts';
import { person } from '../../src/domain/principal.ts';
import { createScope, supportScope } from '../../src/domain/scope.ts';
import {
  aTenantWithApprovals,
  aStoredRequest,
  approvalsPage,
  aPendingRequest,
  requestApproval,
  activityKindsOf,
  usersPage,
  storedUser,
  requestStatesOf,
} from '../support/approvals.ts';
import { aUser } from '../support/builders.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser } from '../support/second-factor.ts';

const portal = await openPortal();
const { knex } = portal.database;
const log = '/account-settings/activity-log';
const secret = 'Kanarienvogel';

describe('removing the second factor of a Global admin', () => {
  it('requires approval, like a password reset', async () => {
    const { tenant, requester, other, as } = await aTenantWithApprovals(portal);
    const user = await aUser(portal, tenant, { displayName: 'Paul Petit', administratorLevel: 'global' });
    await aSecondFactorUser(portal, user);
    const camille = await as(requester);
    const page = `${usersPage}/${user.id}/remove-second-factor`;
    await camille.visit(`${usersPage}/${user.id}`).then(() => camille.follow('Remove authenticator app'));
    camille.sees('Remove Paul Petit’s authenticator app');
    const address = await requestApproval(camille);
    assert.equal((await camille.send('post', page)).status, 303);
    assert.notEqual((await storedUser(portal, user)).second_factor_at, null, 'nothing is removed without approval');
    const noah = await as(other);
    await noah.visit(address).then(() => noah.submit('Approve'));
    await camille.visit(address).then(() => camille.submit('Remove authenticator app'));
    camille.sees('The approved request was completed.');
    assert.equal((await storedUser(portal, user)).second_factor_at, null);
    assert.deepEqual((await activityKindsOf(portal, tenant)).slice(-2), ['approval.done', 'secondFactor.removed']);
  });
});

describe('the reason of an approval request', () => {
  it('is shown in the activity log only to administrators who could perform the action themselves', async () => {
    const fixture = await aTenantWithApprovals(portal, { resetGlobalAdmin: 'two' });
    const address = await aPendingRequest(fixture, secret);
    const noah = await fixture.as(fixture.other);
    await noah.visit(address).then(() => noah.submit('Decline', { 'Comment (optional)': `${secret} too` }));
    for (const who of ['requester', 'other', 'third', 'manager'] as const) {
      const person = await fixture.as(fixture[who]);
      const may = who === 'requester' || who === 'other';
      assert.ok(may || !(await person.visit('/dashboard')).text.includes(secret));
      const texts = [(await person.visit(log)).text];
      for (const file of ['export.csv', 'export.jsonl', 'export.jsonl?kind=approvals'])
        texts.push((await person.send('get', `${log}/${file}`)).text);
      for (const text of texts) assert.equal(text.includes(secret), may, who);
      assert.match(texts[0] ?? '', /requested approval/);
    }
  });

  it('is part of the personal data of its author only', async () => {
    const fixture = await aTenantWithApprovals(portal, { resetGlobalAdmin: 'two' });
    await aPendingRequest(fixture, secret);
    for (const who of ['requester', 'other', 'third'] as const) {
      const person = await fixture.as(fixture[who]);
      const file = await person.send('get', '/my-profile/data.json');
      assert.equal(file.status, 200);
      assert.equal(file.text.includes(secret), who === 'requester', who);
    }
    const camille = await fixture.as(fixture.requester);
    await camille.visit(`${usersPage}/${fixture.third.id}`);
    const file = await camille.send('post', `${usersPage}/${fixture.third.id}/data.json`);
    assert.equal(file.status, 200);
    assert.match(file.text, /approval.asked/);
    assert.ok(!file.text.includes(secret), "nor in the subject's data in an administrator's export");
  });
});

describe('requesting approvals', () => {
  it('is throttled, with a message and a Retry-After header', async () => {
    const { requester, third, tenant, as } = await aTenantWithApprovals(portal);
    const camille = await as(requester);
    await camille.visit('/dashboard');
    const ask = () =>
      camille.send('post', `${approvalsPage}/new`, { act: 'resetPassword', user: third.id, reason: 'Because' });
    let [last, asked] = [await ask(), 1];
    for (; last.status === 303 && asked < 40; asked++) {
      await camille.send('post', String(last.headers.location), { move: 'withdraw' });
      last = await ask();
    }
    assert.deepEqual([last.status, asked], [429, 31]);
    assert.match(last.text, /Try again/i);
    assert.ok(last.headers['retry-after']);
    const mails = await knex('deliveries').where({ tenant_id: tenant.id, user_id: requester.id });
    assert.equal(mails.length, 0);
  });

  it("limits the requester's open requests, regardless of requests by other users", async () => {
    const { tenant, requester, other, third, as } = await aTenantWithApprovals(portal);
    for (let count = 0; count < 105; count++) await aStoredRequest(portal, tenant, other);
    portal.clock.now += 1;
    const camille = await as(requester);
    await camille.visit('/dashboard');
    const ask = () =>
      camille.send('post', `${approvalsPage}/new`, { act: 'resetPassword', user: third.id, reason: 'Because' });
    const [one, again] = [await ask(), await ask()];
    assert.equal(one.headers.location, again.headers.location, 'the same request twice is one request');
    for (let count = 0; count < 19; count++) await aStoredRequest(portal, tenant, requester);
    const target = await aUser(portal, tenant, { administratorLevel: 'global' });
    await camille.visit(`${usersPage}/${target.id}/reset-password`);
    await camille.submit('Send request', { Reason: 'Because' });
    camille.sees('You have too many open requests.');
    await camille.visit('/dashboard');
    camille.sees('105 requests are waiting for your approval');
    await knex('users').where({ id: requester.id }).update({ state: 'blocked' });
    await portal.background.runAll();
    const states = await requestStatesOf(portal, tenant);
    assert.equal(states.filter((state) => state === 'lapsed').length, 20, 'the background job expires all of them');
  });
});

describe('an action that would need approval', () => {
  it('is refused to operators with support access, who cannot request approval', async () => {
    const { tenant, manager, plain } = await aTenantWithApprovals(portal);
    const rules = {
      ...tenant.scope.rules,
      twoAdministrators: { for: ['deleteMany'], deleteMoreThan: 0, withinHours: 1, formerAdminDays: 30 },
    };
    const grant = {
      grantId: 'g',
      purpose: '',
      level: 'manage',
      endsAt: 1,
      grantedBy: { id: 'a', name: null },
    } as const;
    const outside = createScope({ ...tenant.scope, principal: person(manager) });
    const scope = createScope({
      ...supportScope(outside, tenant.scope.tenant, grant, outside.rules),
      rules: rules as never,
    });
    const decision = mayDelete(scope, [plain], 0);
    assert.deepEqual(decision, { allowed: false, because: 'support' });
  });

  it('cannot be performed once the region no longer allows the requested rules', async () => {
    const { tenant, requester, other, as } = await aTenantWithApprovals(portal, { export: 'two', idleMinutes: 5 });
    const camille = await as(requester);
    await camille.visit(`${approvalsPage}/new?act=loosenRules&idleMinutes=5`);
    const address = await requestApproval(camille);
    const noah = await as(other);
    await noah.visit(address).then(() => noah.submit('Approve'));
    const row =
      (await knex<{ subject: string; tenant_id: string }>('approvals').where({ tenant_id: tenant.id }).first())
        ?.subject ?? '';
    // Simulate a region whose rules allowed longer idle times when the request was created.
    const subject = row.replace('"next":{"idleMinutes":5', '"next":{"idleMinutes":50000');
    assert.notEqual(subject, row);
    await knex('approvals').where({ tenant_id: tenant.id }).update({ subject });
    const answer = await camille.send('post', `${address}/perform`);
    assert.equal(answer.status, 409);
    assert.deepEqual(await requestStatesOf(portal, tenant), ['lapsed']);
    await camille.visit(address);
    camille.sees('A user or setting in this request has changed since it was made.');
  });
});
