import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { userPath } from '../../src/site/http/paths.ts';
import { aUser } from '../support/builders.ts';
import {
  aTenantWithHandover,
  choosePassword,
  chosenPassword,
  english,
  eventsOf,
  openLink,
  resetByLink,
} from '../support/links.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

const users = '/account-settings/user-management';
const hourMs = 3_600_000;

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`a reset by one-time link, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});

    it('lets the user choose a password that the administrator never sees', async () => {
      const { tenant, admin } = await aTenantWithHandover(portal, 'link');
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
      const elsewhere = await aPerson(portal, english).signIn(zoe);
      await admin.visit(userPath(zoe.id));
      admin.sees('uses the link to choose a new password that you never see');
      const link = await resetByLink(admin, zoe);
      admin.sees('One-time link').sees('You can’t see it again after you leave this page.');
      admin.doesNotSee('Temporary password');
      assert.equal((await elsewhere.visit('/dashboard')).path, '/sign-in', 'all sessions end');
      assert.equal(
        (await aPerson(portal, english).signIn(zoe)).path,
        '/sign-in/password',
        'the old password is invalid',
      );

      const user = await aPerson(portal, english).visit(link);
      user.sees(`This link is for ${zoe.username[0]}…@${tenant.domain} at ${tenant.name}.`).doesNotSee('Besson');
      await user.submit('Use this link');
      assert.equal(user.path, '/change-password');
      assert.deepEqual(user.redirects, ['/change-password']);
      user.sees('that Camille Laurent created for you');
      assert.equal((await user.visit('/dashboard')).path, '/change-password');
      await choosePassword(user);
      assert.equal(user.path, '/dashboard');
      const again = await aPerson(portal, english).signIn({ ...zoe, clearPassword: chosenPassword });
      assert.equal(again.path, '/dashboard');
      const events = await eventsOf(portal, zoe);
      assert.deepEqual(
        events.filter((kind) => !kind.startsWith('signIn.')),
        ['password.reset', 'link.opened', 'password.changed'],
      );
    });

    it("shows the user's password change as pending, and later as expired", async () => {
      const { tenant, admin } = await aTenantWithHandover(portal, 'link', { linkHours: 3 });
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
      const link = await resetByLink(admin, zoe);
      await admin.visit(`${users}?status=passwordChange`);
      admin.sees('Zoé Besson').sees('Must change password');
      await admin.visit(userPath(zoe.id));
      admin.sees('One-time link expires');
      portal.clock.now += 3 * hourMs;
      const later = await aPerson(portal, english).signIn((await aTenantWithHandover(portal, 'link')).camille);
      await later.visit(`${users}?status=expired`);
      later.doesNotSee('Zoé Besson');
      const boss = await aUser(portal, tenant, { administratorLevel: 'global' });
      const manager = await aPerson(portal, english).signIn(boss);
      await manager.visit(`${users}?status=expired`);
      manager.sees('Zoé Besson').sees('Sign-in details expired');
      assert.equal((await aPerson(portal, english).visit(link)).status, 404);
      await manager.visit('/dashboard');
      manager.sees(/expired/);
    });

    it('gives the user a limited time to choose a password after opening the link', async () => {
      const { tenant, admin } = await aTenantWithHandover(portal, 'link');
      const zoe = await aUser(portal, tenant);
      const user = await openLink(portal, await resetByLink(admin, zoe));
      await admin.visit(userPath(zoe.id));
      admin.sees('Deadline for choosing a password');
      portal.clock.now += 15 * 60_000;
      assert.equal((await user.visit('/change-password')).path, '/sign-in');
    });

    it('applies from the first request after the organization changes its rule', async () => {
      const { tenant, admin } = await aTenantWithHandover(portal, 'link');
      const zoe = await aUser(portal, tenant);
      await tenantsStore.setOwnRules(portal.database, tenant.scope, {});
      await admin.visit(`${userPath(zoe.id)}/reset-password`);
      admin.sees('A temporary password is shown to you once. Copy it and give it to the user.');
      await tenantsStore.setOwnRules(portal.database, tenant.scope, { handOver: 'link' });
      await admin.submit('Reset password');
      assert.equal(admin.$('output#temporary-password').length, 0);
      assert.equal(admin.$('output#hand-over-link').length, 1);
    });
  });
}
