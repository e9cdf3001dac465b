import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  aTenantWithApprovals,
  approvalsPage,
  requestApproval,
  activityKindsOf,
  usersPage,
  requestStatesOf,
  storedUser,
} from '../support/approvals.ts';
import { aUser } from '../support/builders.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`approval by a second administrator on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});

    it("allows a Global admin's password to be reset and shows the temporary password once, to the requester only", async () => {
      const { tenant, requester, other, third, plain, as } = await aTenantWithApprovals(portal);
      const [camille, noah, ines] = [await as(requester), await as(other), await as(third)];
      await camille.visit(`${usersPage}/${plain.id}/reset-password`);
      camille.doesNotSee('Request approval');

      await camille.visit(`${usersPage}/${third.id}`);
      await camille.follow('Reset password');
      camille.sees('Your organization requires two administrators for this action.');
      camille.sees('Another administrator has 24 hours to approve your request.');
      camille.sees('Who can approve this').sees('Noah Klein');
      assert.ok(!camille.$('main .role-cards').text().includes('Inès Haddad'), 'the subject cannot approve');
      await camille.submit('Send request');
      assert.equal(camille.status, 422);
      camille.sees('Enter a reason.');
      const address = await requestApproval(camille, 'They lost their phone');

      assert.equal((await ines.visit(address)).status, 404, 'the subject cannot see the request');
      await noah.visit('/dashboard');
      noah.sees('1 request is waiting for your approval');
      await noah.follow('1 request is waiting');
      assert.equal(noah.path, address);
      noah.sees('Reset Inès Haddad’s password').sees('Camille Laurent').sees('They lost their phone');
      await noah.submit('Approve', { 'Comment (optional)': 'I have seen her' });
      noah.sees('You approved the request.').sees('The requester must complete it');
      assert.ok(!noah.$('main form').length, 'no action is left');

      await camille.visit('/dashboard');
      camille.sees('1 of your requests was approved');
      await camille.follow('1 of your requests');
      camille.sees('I have seen her').sees('Noah Klein');
      await camille.submit('Reset password');
      assert.equal(camille.status, 200);
      const temporary = camille.$('#temporary-password').text();
      assert.match(temporary, /^(\w{4}-){4}\w{4}$/);
      await camille.visit(address);
      camille.sees('Completed').doesNotSee(temporary);
      await noah.visit(address);
      for (const body of [...noah.bodies, ...ines.bodies]) assert.ok(!body.includes(temporary));
      assert.ok(!portal.logged().includes(temporary));
      assert.deepEqual(await activityKindsOf(portal, tenant), [
        ...['approval.asked', 'approval.confirmed', 'approval.done', 'password.reset'],
      ]);
      const signedIn = await as({ ...third, clearPassword: temporary });
      assert.equal(signedIn.path, '/change-password');
    });

    it('records requester, approver and reason in the activity log', async () => {
      const { requester, other, third, as } = await aTenantWithApprovals(portal);
      const [camille, noah] = [await as(requester), await as(other)];
      await camille.visit(`${usersPage}/${third.id}/reset-password`);
      const address = await requestApproval(camille, 'They lost their phone');
      await noah.visit(address);
      await noah.submit('Decline', { 'Comment (optional)': 'Not without a call' });
      await camille.visit('/account-settings/activity-log');
      camille.sees('Camille Laurent requested approval: Reset password (user: Inès Haddad).');
      camille.sees('“They lost their phone”').sees(`Approval request ${address.split('/').at(-1)?.slice(0, 8)}`);
      camille.sees('Noah Klein declined Camille Laurent’s request: Reset password.').sees('“Not without a call”');
      await camille.visit('/dashboard');
      camille.sees('1 of your requests was declined');
      await camille.visit(approvalsPage);
      camille.sees('No open requests').sees('Declined');
    });

    it('notifies possible approvers and then the requester by email, without the reason', async () => {
      const { tenant, requester, other, third, as } = await aTenantWithApprovals(portal);
      const [camille, noah] = [await as(requester), await as(other)];
      await camille.visit(`${usersPage}/${third.id}/reset-password`);
      const address = await requestApproval(camille, 'Kanarienvogel');
      await noah.visit(address);
      await noah.submit('Approve', { 'Comment (optional)': 'Kanarienvogel' });
      const mails = portal.database.knex<{ tenant_id: string; user_id: string; kind: string; created_at: number }>(
        'deliveries',
      );
      const queued = await mails.where({ tenant_id: tenant.id });
      const recipients = queued.map(({ user_id, kind }) => `${kind} ${user_id}`);
      assert.deepEqual(recipients.sort(), [`approvalAsked ${other.id}`, `approvalConfirmed ${requester.id}`]);
      assert.doesNotMatch(JSON.stringify(queued), /Kanarienvogel/);
    });

    it('allows a user to become a Global admin, while the other fields of the form are saved immediately', async () => {
      const { requester, other, plain, as } = await aTenantWithApprovals(portal);
      const [camille, noah] = [await as(requester), await as(other)];
      await camille.visit(`${usersPage}/${plain.id}`);
      await camille.submit('Save', { 'Last name': 'Blanc', 'Administrator level': 'global' });
      camille.sees('Your other changes were saved.').sees('Make Zoé Besson a Global admin');
      const address = await requestApproval(camille);
      await noah.visit(address);
      await noah.submit('Approve');
      await camille.visit(address);
      await camille.submit('Assign Global admin role');
      camille.sees('The approved request was completed.');
      const row = await storedUser(portal, plain);
      assert.deepEqual([row.administrator_level, row.last_name], ['global', 'Blanc']);
    });

    it('allows a deleted Global admin to be restored', async () => {
      const { tenant, requester, other, as } = await aTenantWithApprovals(portal);
      const gone = await aUser(portal, tenant, {
        ...{ displayName: 'Paul Petit', administratorLevel: 'global', state: 'deleted', deletedAt: portal.clock.now },
      });
      const [camille, noah] = [await as(requester), await as(other)];
      await camille.visit(`${usersPage}/deleted`);
      await camille.follow('Restore');
      const address = await requestApproval(camille);
      await noah.visit(address);
      await noah.submit('Approve');
      await camille.visit(address);
      await camille.submit('Restore Global admin');
      assert.equal(camille.path, `${usersPage}/${gone.id}`);
      const row = await storedUser(portal, gone);
      assert.equal(row.state, 'active');
    });

    it('allows an administrator to exceed the daily deletion limit', async () => {
      const { tenant, requester, other, plain, as } = await aTenantWithApprovals(portal);
      const more = [];
      for (const name of ['A', 'B', 'C']) more.push(await aUser(portal, tenant, { displayName: `Mx ${name}` }));
      const [camille, noah] = [await as(requester), await as(other)];
      await camille.visit(`${usersPage}/${plain.id}/delete`);
      await camille.submit('Delete user account');
      const chosen = more.map(({ id }) => `&user=${id}`).join('');
      await camille.visit(`${usersPage}/bulk?action=delete${chosen}`);
      camille.sees('Delete 3 user accounts').sees('Mx B');
      const address = await requestApproval(camille, 'The team has left');
      await noah.visit(address);
      noah.sees('Mx C');
      await noah.submit('Approve');
      await camille.visit(address);
      await camille.submit('Delete user accounts');
      assert.equal(camille.path, usersPage);
      const rows = await portal.database.knex('users').where({ tenant_id: tenant.id, state: 'deleted' });
      assert.equal(rows.length, 4);
      await camille.visit(`${usersPage}/${(await aUser(portal, tenant)).id}/delete`);
      camille.sees('Send request');
      assert.deepEqual(await requestStatesOf(portal, tenant), ['done']);
    });
  });
}
