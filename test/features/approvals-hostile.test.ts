import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  aTenantWithApprovals,
  anApprovedRequest,
  approvalsPage,
  aPendingRequest,
  usersPage,
  requestStatesOf,
  storedUser,
} from '../support/approvals.ts';
import { openPortal } from '../support/portal.ts';
import { normalizedResponse } from '../support/responses.ts';

const portal = await openPortal();
const { knex } = portal.database;
const fixture = await aTenantWithApprovals(portal);
const otherTenant = await aTenantWithApprovals(portal);
type Who = 'requester' | 'other' | 'third' | 'manager' | 'plain' | 'otherTenant';
const personOf = (who: Who) =>
  who === 'otherTenant' ? otherTenant.as(otherTenant.requester) : fixture.as(fixture[who]);
const fresh = async (): Promise<void> => {
  await knex('approvals').delete();
  await knex('throttles').delete();
};

const crafted: [label: string, who: Who, move: string, confirmed: boolean, status: number][] = [
  ['the requester approves it', 'requester', 'confirmed', false, 403],
  ['the requester declines it', 'requester', 'declined', false, 403],
  ['the requester performs it before it is approved', 'requester', 'perform', false, 409],
  ['its subject approves it', 'third', 'confirmed', false, 404],
  ['an administrator without the right to perform it approves it', 'manager', 'confirmed', false, 404],
  ['a user without an administrator level approves it', 'plain', 'confirmed', false, 403],
  ['an administrator of another tenant approves it', 'otherTenant', 'confirmed', false, 404],
  ['another administrator withdraws it', 'other', 'withdraw', false, 403],
  ['its approver performs it', 'other', 'perform', true, 403],
  ['its approver withdraws it', 'other', 'withdraw', true, 403],
  ['its approver declines it after approving it', 'other', 'declined', true, 409],
  ['its subject performs it', 'third', 'perform', true, 404],
  ['an administrator of another tenant performs it', 'otherTenant', 'perform', true, 404],
  ['the submitted decision is unknown', 'other', 'done', false, 400],
];

describe('an approval request', () => {
  for (const [label, who, move, confirmed, status] of crafted) {
    it(`stays unchanged after a crafted form: ${label}`, async () => {
      await fresh();
      const address = confirmed ? await anApprovedRequest(fixture) : await aPendingRequest(fixture);
      const person = await (await personOf(who)).visit('/my-profile');
      const before = await storedUser(portal, fixture.third);
      const to = (path: string): string => (move === 'perform' ? `${path}/perform` : path);
      const answer = await person.send('post', to(address), { move });
      assert.equal(answer.status, status, answer.text.slice(0, 2_000));
      assert.doesNotMatch(answer.text, /id="temporary-password"/);
      if (status === 404) {
        const unknownRequest = await person.send('post', to(`${approvalsPage}/${randomUUID()}`), { move });
        assert.deepEqual(normalizedResponse(answer), normalizedResponse(unknownRequest));
      }
      assert.deepEqual(await requestStatesOf(portal, fixture.tenant), [confirmed ? 'confirmed' : 'open']);
      assert.deepEqual(await storedUser(portal, fixture.third), before);
    });
  }

  it('cannot be performed twice', async () => {
    await fresh();
    const address = await anApprovedRequest(fixture);
    const camille = await (await personOf('requester')).visit(address);
    assert.equal((await camille.send('post', `${address}/perform`)).status, 200);
    const again = await camille.send('post', `${address}/perform`);
    assert.equal(again.status, 409);
    assert.doesNotMatch(again.text, /id="temporary-password"/);
    await knex('users').where({ id: fixture.third.id }).update({ epoch: fixture.third.epoch });
  });

  it('adds an activity log entry if its requester tries to approve it', async () => {
    await fresh();
    const address = await aPendingRequest(fixture);
    const camille = await (await personOf('requester')).visit(address);
    const answer = await camille.send('post', address, { move: 'confirmed' });
    assert.match(answer.text, /You can’t approve your own request/);
    await camille.visit('/account-settings/activity-log');
    camille.sees('Camille Laurent wasn’t allowed to approve or decline a request.');
  });
});

describe('the reason of a request', () => {
  const reasons: [label: string, reason: string, shown: string | null][] = [
    ['must not be empty', '', null],
    ['must not consist of white space', '   \n\t ', null],
    ['must not consist of invisible characters', '\u200b\u202e\u2066', null],
    ['must not have 501 characters', 'x'.repeat(501), null],
    ['must not have 10,000 characters', 'x'.repeat(10_000), null],
    ['may have 500 characters', 'y'.repeat(500), 'y'.repeat(500)],
    ['is stored without bidirectional control characters', 'abc\u202edef\u2066', 'abcdef'],
    ['is shown as text when it contains HTML', '<script>alert(1)</script>&amp;', '<script>alert(1)</script>&amp;'],
    ['is joined into a single line', 'one\r\ntwo', 'one two'],
    [
      'is shown as text when it contains interpolation syntax',
      '{{actor}} $t(common:terms.done)',
      '{{actor}} $t(common:terms.done)',
    ],
  ];
  for (const [label, reason, expected] of reasons) {
    it(label, async () => {
      await fresh();
      const camille = await (
        await personOf('requester')
      ).visit(`${approvalsPage}/new?act=resetPassword&user=${fixture.third.id}`);
      const form = { act: 'resetPassword', user: fixture.third.id, reason };
      const answer = await camille.send('post', `${approvalsPage}/new`, form);
      assert.equal(answer.status, expected === null ? 422 : 303);
      if (expected === null) return;
      await camille.visit(String(answer.headers.location));
      camille.sees(expected);
      await camille.visit('/account-settings/activity-log');
      camille.sees(`“${expected}”`);
      assert.doesNotMatch(camille.body, /<script>alert/);
    });
  }
});

describe('requesting an approval', () => {
  const subjects: [label: string, fields: Record<string, string>, status: number][] = [
    ['without an action is rejected', {}, 400],
    ['for an unknown action is rejected', { act: 'launch' }, 400],
    ['for a user of another tenant is rejected', { act: 'resetPassword', user: otherTenant.third.id }, 404],
    ['without a user is rejected', { act: 'resetPassword' }, 404],
    ['for an unknown user ID is rejected', { act: 'delete', user: randomUUID() }, 404],
    ['for oneself is rejected', { act: 'resetPassword', user: fixture.requester.id }, 403],
    [
      'for an action that needs no approval redirects to the action',
      { act: 'resetPassword', user: fixture.plain.id },
      303,
    ],
    [
      'for a level that the user already has redirects without a request',
      { act: 'giveGlobalAdmin', user: fixture.third.id },
      303,
    ],
    ['for restoring an active user is rejected', { act: 'restore', user: fixture.third.id }, 404],
    ["for rules looser than the region's is rejected", { act: 'loosenRules', deleteMoreThan: '51' }, 400],
  ];
  for (const [label, fields, status] of subjects) {
    it(`a request ${label}`, async () => {
      await fresh();
      const camille = await (await personOf('requester')).visit(usersPage);
      const answer = await camille.send('post', `${approvalsPage}/new`, { reason: 'Because', ...fields });
      assert.equal(answer.status, status, answer.text.slice(0, 1_500));
      assert.deepEqual(await requestStatesOf(portal, fixture.tenant), []);
    });
  }

  it('creates one request when repeated, and at most 20 open requests in total', async () => {
    await fresh();
    const camille = await (await personOf('requester')).visit(usersPage);
    const ask = (more: object) =>
      camille.send('post', `${approvalsPage}/new`, { act: 'exportLog', reason: 'Because', ...more });
    for (let day = 10; day < 30; day++) assert.equal((await ask({ from: `2026-01-${day}` })).status, 303);
    const again = await ask({ from: '2026-01-10' });
    assert.equal(again.status, 303);
    assert.equal((await requestStatesOf(portal, fixture.tenant)).length, 20);
    assert.equal((await ask({ from: '2026-01-30' })).status, 422);
  });

  it('is rejected without an eligible approver, and the page explains what to do', async () => {
    await fresh();
    await knex('users').where({ id: fixture.other.id }).update({ state: 'blocked' });
    const camille = await (await personOf('requester')).visit(`${usersPage}/${fixture.third.id}/reset-password`);
    camille.sees('No one can approve this right now').sees('Contact the portal operator');
    assert.equal(camille.$('main textarea').length, 0);
    const form = { act: 'resetPassword', user: fixture.third.id, reason: 'Because' };
    assert.equal((await camille.send('post', `${approvalsPage}/new`, form)).status, 409);
    await knex('users').where({ id: fixture.other.id }).update({ state: 'active' });
  });
});
