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
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import { person } from '../../src/domain/principal.ts';

const raised = (from: string, to: string): ActivityEvent => ({
  kind: 'user.edited',
  changes: [{ field: 'administratorLevel', from, to }],
});
const reset: ActivityEvent = { kind: 'password.reset', expiresAt: 1 };

type Who = 'asker' | 'other' | 'third' | 'manager';
type Deed = [by: Who, event: ActivityEvent, to: Who];
/** What stands in the log when the asker asks to reset the third, and whether the other may confirm it. */
const cases: [label: string, deeds: readonly Deed[], counts: boolean][] = [
  ['nothing', [], true],
  ['the asker reset them', [['asker', reset, 'other']], false],
  ['the asker sent them a link', [['asker', { ...reset, by: 'link' }, 'other']], false],
  ['the asker added them', [['asker', { kind: 'user.added' }, 'other']], false],
  ['the asker imported them', [['asker', { kind: 'password.issued', expiresAt: 1 }, 'other']], false],
  ['the asker took their second factor', [['asker', { kind: 'secondFactor.removed' }, 'other']], false],
  ['the asker restored them', [['asker', { kind: 'user.restored' }, 'other']], false],
  ['the asker unblocked them', [['asker', { kind: 'user.unblocked' }, 'other']], false],
  ['the asker gave them their level', [['asker', raised('userManagement', 'global'), 'other']], false],
  ['the asker took a level from them', [['asker', raised('global', 'userManagement'), 'other']], true],
  ['they reset whoever asks now', [['other', reset, 'asker']], false],
  [
    'the asker reset somebody, who then added them',
    [
      ['asker', reset, 'manager'],
      ['manager', { kind: 'user.added' }, 'other'],
    ],
    false,
  ],
  [
    'somebody added them, whom the asker reset only later',
    [
      ['manager', { kind: 'user.added' }, 'other'],
      ['asker', reset, 'manager'],
    ],
    true,
  ],
  [
    'one person reset both',
    [
      ['manager', reset, 'asker'],
      ['manager', reset, 'other'],
    ],
    false,
  ],
  ['they removed their own second factor', [['other', { kind: 'secondFactor.removed' }, 'other']], true],
  ['the asker blocked them once', [['asker', { kind: 'user.blocked' }, 'other']], true],
  ['whom it is about reset them', [['third', reset, 'other']], true],
];

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`one person is not both of the two, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});

    async function happened(company: ApprovalTenant, deeds: readonly Deed[]): Promise<void> {
      for (const [by, event, to] of deeds) {
        const scope = createScope({ ...company.tenant.scope, principal: person(company[by]) });
        portal.clock.now += 1;
        await activityStore.record(portal.database, scope, event, company[to].id, portal.clock.now);
      }
    }

    for (const [label, deeds, counts] of cases) {
      it(`when ${label}, they ${counts ? 'may' : 'may not'} confirm`, async () => {
        const company = await aTenantWithApprovals(portal);
        await aUser(portal, company.tenant, { displayName: 'Old Hand', administratorLevel: 'global' });
        await happened(company, deeds);
        const camille = await company.as(company.asker);
        await camille.visit(`${usersPage}/${company.third.id}/reset-password`);
        const offered = camille.$('section[aria-labelledby=confirmers]').text();
        assert.equal(offered.includes('Noah Klein'), counts);
        assert.ok(offered.includes('Old Hand'));
        if (!counts) camille.sees('These people cannot confirm').sees('Noah Klein');
        const address = await requestApproval(camille);
        const noah = await company.as(company.other);
        await noah.visit(address);
        assert.equal(noah.$('button[value=confirmed]').length, counts ? 1 : 0);
        if (!counts) noah.sees('You cannot confirm this request');
        const answer = await noah.send('post', address, { move: 'confirmed' });
        assert.equal(answer.status, counts ? 303 : 403, answer.text.slice(0, 1_000));
        assert.deepEqual(await requestStatesOf(portal, company.tenant), [counts ? 'confirmed' : 'open']);
      });
    }

    it('a password reset for real is one of these, and after 30 days they count again', async () => {
      const { asker, other, third, as } = await aTenantWithApprovals(portal, { export: 'two' });
      const camille = await as(asker);
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

    it('an agreement lapses where it turns out afterwards', async () => {
      const company = await aTenantWithApprovals(portal);
      const camille = await company.as(company.asker);
      await camille.visit(`${usersPage}/${company.third.id}/reset-password`);
      const address = await requestApproval(camille);
      const noah = await company.as(company.other);
      await noah.visit(address).then(() => noah.submit('Confirm'));
      await happened(company, [['asker', { kind: 'user.unblocked' }, 'other']]);
      assert.equal((await camille.send('post', `${address}/perform`)).status, 409);
      assert.deepEqual(await requestStatesOf(portal, company.tenant), ['lapsed']);
    });
  });
}
