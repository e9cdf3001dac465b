import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ActivityEvent } from '../../src/domain/activity/event.ts';
import { createScope } from '../../src/domain/scope.ts';
import {
  aTenantWithApprovals,
  requestApproval,
  hourMs,
  usersPage,
  storedUser,
  requestStatesOf,
  type ApprovalTenant,
} from '../support/approvals.ts';
import { aUser } from '../support/builders.ts';
import { openPortal } from '../support/portal.ts';
import { dialectsOfRun } from '../support/dialects.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import { person } from '../../src/domain/principal.ts';

const raised = (from: string, to: string): ActivityEvent => ({
  kind: 'user.edited',
  changes: [{ field: 'administratorLevel', from, to }],
});
const reset: ActivityEvent = { kind: 'password.reset', expiresAt: 1 };

type Who = 'requester' | 'other' | 'third' | 'manager';
type RecordedEvent = [by: Who, event: ActivityEvent, to: Who];
/**
 * Each case: the events that are logged before the requester asks to reset `third`, and whether `other` may approve the
 * request.
 */
const cases: [label: string, events: readonly RecordedEvent[], counts: boolean][] = [
  ['nothing happened', [], true],
  ['the requester reset their password', [['requester', reset, 'other']], false],
  ['the requester sent them a one-time link', [['requester', { ...reset, by: 'link' }, 'other']], false],
  ['the requester added them', [['requester', { kind: 'user.added' }, 'other']], false],
  ['the requester imported them', [['requester', { kind: 'password.issued', expiresAt: 1 }, 'other']], false],
  ['the requester removed their second factor', [['requester', { kind: 'secondFactor.removed' }, 'other']], false],
  ['the requester restored them', [['requester', { kind: 'user.restored' }, 'other']], false],
  ['the requester unblocked them', [['requester', { kind: 'user.unblocked' }, 'other']], false],
  ['the requester raised their level', [['requester', raised('userManagement', 'global'), 'other']], false],
  ['the requester lowered their level', [['requester', raised('global', 'userManagement'), 'other']], true],
  ["they reset the requester's password", [['other', reset, 'requester']], false],
  [
    'the requester reset the password of an administrator who then added them',
    [
      ['requester', reset, 'manager'],
      ['manager', { kind: 'user.added' }, 'other'],
    ],
    false,
  ],
  [
    "an administrator added them before the requester reset that administrator's password",
    [
      ['manager', { kind: 'user.added' }, 'other'],
      ['requester', reset, 'manager'],
    ],
    true,
  ],
  [
    'a third administrator reset both of their passwords',
    [
      ['manager', reset, 'requester'],
      ['manager', reset, 'other'],
    ],
    false,
  ],
  ['they removed their own second factor', [['other', { kind: 'secondFactor.removed' }, 'other']], true],
  ['the requester blocked them', [['requester', { kind: 'user.blocked' }, 'other']], true],
  ['the subject of the request reset their password', [['third', reset, 'other']], true],
];

for (const { dialect, databaseUrl, skip } of await dialectsOfRun()) {
  describe(`an independent approver, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const portal = await openPortal(databaseUrl ? { databaseUrl } : {});

    async function recordEvents(fixture: ApprovalTenant, events: readonly RecordedEvent[]): Promise<void> {
      for (const [by, event, to] of events) {
        const scope = createScope({ ...fixture.tenant.scope, principal: person(fixture[by]) });
        portal.clock.now += 1;
        await activityStore.record(portal.database, scope, event, fixture[to].id, portal.clock.now);
      }
    }

    for (const [label, events, counts] of cases) {
      it(`an administrator ${counts ? 'may' : 'may not'} approve when ${label}`, async () => {
        const fixture = await aTenantWithApprovals(portal);
        await aUser(portal, fixture.tenant, { displayName: 'Old Hand', administratorLevel: 'global' });
        await recordEvents(fixture, events);
        const camille = await fixture.as(fixture.requester);
        await camille.visit(`${usersPage}/${fixture.third.id}/reset-password`);
        const offered = camille.$('section[aria-labelledby=confirmers]').text();
        assert.equal(offered.includes('Noah Klein'), counts);
        assert.ok(offered.includes('Old Hand'));
        if (!counts) camille.sees('Who can’t approve this').sees('Noah Klein');
        const address = await requestApproval(camille);
        const noah = await fixture.as(fixture.other);
        await noah.visit(address);
        assert.equal(noah.$('button[value=confirmed]').length, counts ? 1 : 0);
        if (!counts) noah.sees('Not eligible to approve this request');
        const answer = await noah.send('post', address, { move: 'confirmed' });
        assert.equal(answer.status, counts ? 303 : 403, answer.text.slice(0, 1_000));
        assert.deepEqual(await requestStatesOf(portal, fixture.tenant), [counts ? 'confirmed' : 'open']);
      });
    }

    it('an actual password reset counts as control over the account for 30 days', async () => {
      const { requester, other, third, as } = await aTenantWithApprovals(portal, { export: 'two' });
      const camille = await as(requester);
      await camille.visit(`${usersPage}/${other.id}/reset-password`).then(() => camille.submit('Reset password'));
      const temporary = camille.$('#temporary-password').text();
      const again = await as({ ...other, clearPassword: temporary });
      await again.submit('Change password', {
        'New password': 'a-long-and-new-one-of-mine',
        'Confirm new password': 'a-long-and-new-one-of-mine',
      });
      await camille.visit(usersPage).then(() => camille.follow('Export'));
      const address = await requestApproval(camille);
      assert.equal((await again.visit(address)).status, 200);
      assert.equal((await again.send('post', address, { move: 'confirmed' })).status, 403);
      again.doesNotSee('1 request waits');
      portal.clock.now += 30 * 24 * hourMs + 1;
      const later = await as(third);
      await later.visit(usersPage).then(() => later.follow('Export'));
      assert.ok(later.$('section[aria-labelledby=confirmers]').text().includes('Noah Klein'));
      const row = await storedUser(portal, other);
      assert.equal(row.state, 'active');
    });

    it("an approval expires when the requester gains control over the approver's account", async () => {
      const fixture = await aTenantWithApprovals(portal);
      const camille = await fixture.as(fixture.requester);
      await camille.visit(`${usersPage}/${fixture.third.id}/reset-password`);
      const address = await requestApproval(camille);
      const noah = await fixture.as(fixture.other);
      await noah.visit(address).then(() => noah.submit('Approve'));
      await recordEvents(fixture, [['requester', { kind: 'user.unblocked' }, 'other']]);
      assert.equal((await camille.send('post', `${address}/perform`)).status, 409);
      assert.deepEqual(await requestStatesOf(portal, fixture.tenant), ['lapsed']);
    });
  });
}
