import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TenantRules } from '../../src/domain/tenant-rules.ts';
import {
  aTenantWithApprovals,
  everyApprovalRule,
  approvalsPage,
  requestApproval,
  activityKindsOf,
  usersPage,
  storedUser,
} from '../support/approvals.ts';
import { aUser } from '../support/builders.ts';
import { uploadForCheck, csvOf, shownRows } from '../support/imports.ts';
import { header } from '../support/import-row-cases.ts';
import { openPortal } from '../support/portal.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

const portal = await openPortal();
const { knex } = portal.database;
const userExport = `${usersPage}/export.csv`;
const log = '/account-settings/activity-log';

describe('an action that requires approval', () => {
  it('a user export can be downloaded once by its requester', async () => {
    const { tenant, manager, other, requester, as } = await aTenantWithApprovals(portal);
    const [ada, noah] = [await as(manager), await as(other)];
    assert.equal((await ada.send('get', userExport)).headers.location, `${approvalsPage}/new?act=exportUsers`);
    await ada.visit(usersPage);
    await ada.follow('Export');
    ada.sees('Export all users as a CSV file').sees('Camille Laurent').sees('Noah Klein');
    const address = await requestApproval(ada, 'Yearly audit');
    await noah.visit(address);
    await noah.submit('Approve');
    const camille = await as(requester);
    await camille.visit(address);
    assert.equal((await camille.send('post', `${address}/perform`)).status, 403);
    await ada.visit(address);
    const file = await ada.send('post', `${address}/perform`);
    assert.equal(file.status, 200);
    assert.match(file.headers['content-disposition'] ?? '', /\.csv/);
    assert.match(file.text, /Zoé Besson/);
    const again = await ada.send('post', `${address}/perform`);
    assert.equal(again.status, 409);
    assert.doesNotMatch(again.text, /Zoé Besson/);
    assert.deepEqual((await activityKindsOf(portal, tenant)).slice(-2), ['approval.done', 'users.exported']);
  });

  for (const format of ['csv', 'jsonl'] as const) {
    it(`an activity log export as ${format} contains only the approved part`, async () => {
      const { requester, other, as } = await aTenantWithApprovals(portal);
      const [camille, noah] = [await as(requester), await as(other)];
      for (const method of ['get', 'head'])
        assert.equal((await camille.send(method, `${log}/export.${format}?kind=signIn`)).status, 303);
      await camille.visit(`${log}?kind=signIn`);
      await camille.follow(format === 'csv' ? 'Export as CSV' : 'Export as JSON Lines');
      camille.sees('Export part of the activity log');
      const address = await requestApproval(camille);
      await noah.visit(address);
      assert.equal(noah.$('main a[href*="kind=signIn"]').length, 1);
      await noah.submit('Approve');
      await camille.visit(address);
      const file = await camille.send('post', `${address}/perform`, { kind: 'passwords', format: 'csv' });
      assert.match(file.headers['content-disposition'] ?? '', new RegExp(`\\.${format}`));
      assert.match(file.text, format === 'csv' ? /Camille Laurent signed in/ : /signIn\.succeeded/);
      assert.doesNotMatch(file.text, /approval/);
    });
  }

  it('adding a Global admin is refused, and the form explains the alternative', async () => {
    const { tenant, requester, as } = await aTenantWithApprovals(portal);
    const camille = await as(requester);
    await camille.visit(`${usersPage}/new`);
    camille.sees('You can’t make a new user a Global admin right away');
    assert.equal(camille.$('option[value=global]').length, 0);
    const fields = { firstName: 'New', lastName: 'One', displayName: 'New One', administratorLevel: 'global' };
    const answer = await camille.send('post', `${usersPage}/new`, { ...fields, username: `new@${tenant.domain}` });
    assert.equal(answer.status, 403);
    assert.match(answer.text, /Needs a second administrator/);
    assert.equal((await knex('users').where({ username: `new@${tenant.domain}` })).length, 0);
  });

  it('importing a new Global admin or promoting a user by import is refused', async () => {
    const { tenant, requester, plain, as } = await aTenantWithApprovals(portal);
    const row = (username: string): string[] => [username, 'A', 'B', 'A B', 'Global admin', 'No agent', ''];
    const file = csvOf(header, row(`new@${tenant.domain}`), row(plain.username));
    const camille = await uploadForCheck(await as(requester), file);
    assert.deepEqual(
      shownRows(camille).map(({ result, details }) => [result, details.includes('Another administrator must approve')]),
      [
        ['Rejected', true],
        ['Rejected', true],
      ],
    );
  });

  it('a bulk password reset skips a user whose reset requires approval', async () => {
    const { requester, third, plain, as } = await aTenantWithApprovals(portal);
    const camille = await as(requester);
    await camille.visit(`${usersPage}/bulk?action=reset&user=${third.id}&user=${plain.id}`);
    camille.sees('Inès Haddad').sees('Needs a second administrator');
    const crafted = await camille.send('post', `${usersPage}/bulk/reset-password`, {
      target: `${third.id}.${third.epoch}`,
    });
    assert.equal(crafted.status, 409);
    const reset = await camille.send('post', `${usersPage}/${third.id}/reset-password`, { epoch: String(third.epoch) });
    assert.deepEqual(
      [reset.status, reset.headers.location],
      [303, `${approvalsPage}/new?act=resetPassword&user=${third.id}`],
    );
    const row = await storedUser(portal, third);
    assert.equal(row.epoch, third.epoch);
  });

  it('deleting users one by one and restoring a deleted Global admin require approval', async () => {
    const { tenant, requester, plain, as } = await aTenantWithApprovals(portal);
    const [one, two] = [await aUser(portal, tenant), await aUser(portal, tenant)];
    const gone = await aUser(portal, tenant, {
      state: 'deleted',
      deletedAt: portal.clock.now,
      administratorLevel: 'global',
    });
    const camille = await as(requester);
    for (const { id } of [plain, one]) await camille.send('post', `${usersPage}/${id}/delete`);
    const third = await camille.send('post', `${usersPage}/${two.id}/delete`);
    assert.equal(third.headers.location, `${approvalsPage}/new?act=delete&user=${two.id}`);
    await camille.send('post', `${usersPage}/bulk`, { action: 'delete', user: two.id });
    assert.equal((await storedUser(portal, two)).state, 'active');
    portal.clock.now += 24 * 3_600_000 - 1;
    const later = await as(requester);
    assert.match((await later.send('post', `${usersPage}/${two.id}/delete`)).headers.location ?? '', /approvals/);
    portal.clock.now += 1;
    assert.equal((await later.send('post', `${usersPage}/${two.id}/delete`)).headers.location, usersPage);
    for (const [path, fields] of [
      [`${usersPage}/${gone.id}/restore`, {}],
      [`${usersPage}/bulk`, { action: 'restore', user: gone.id }],
    ] as const)
      await later.send('post', path, fields);
    assert.equal((await storedUser(portal, gone)).state, 'deleted');
  });

  it('loosening the approval rules requires approval too', async () => {
    const { tenant, requester, other, manager, as } = await aTenantWithApprovals(portal);
    const [camille, noah] = [await as(requester), await as(other)];
    await camille.visit('/account-settings/rules');
    await camille.submit('Save', { 'Resetting a Global admin’s password or two-step verification': '' });
    camille.sees('for some actions, including removing that requirement.');
    const address = await requestApproval(camille, 'We are too few');
    assert.equal((await (await as(manager)).visit(address)).status, 404, 'managers of users cannot set rules');
    await noah.visit(address);
    noah.sees('Resetting a Global admin’s password or two-step verification: from');
    await noah.submit('Approve');
    const before = (await tenantsStore.findOwn(portal.database, tenant.scope))?.ownRules;
    assert.deepEqual(before, everyApprovalRule satisfies TenantRules);
    await camille.visit(address);
    await camille.submit('Relax organization rules');
    const after = (await tenantsStore.findOwn(portal.database, tenant.scope))?.ownRules;
    assert.equal(after?.resetGlobalAdmin, undefined);
    assert.equal(after?.export, 'two');
  });
});

describe('an action that requires no approval', () => {
  it('is performed directly, and the portal offers no approvals', async () => {
    const { requester, third, as } = await aTenantWithApprovals(portal, {});
    const camille = await as(requester);
    await camille.visit('/dashboard');
    camille.doesNotSee('Approvals');
    await camille.visit(`${approvalsPage}/new?act=resetPassword&user=${third.id}`);
    assert.equal(camille.path, `${usersPage}/${third.id}`);
    await camille.visit(userExport);
    assert.equal(camille.status, 200);
  });
});
