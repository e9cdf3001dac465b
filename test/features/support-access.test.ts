import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { everyApprovalRule, approvalsPage, requestApproval } from '../support/approvals.ts';
import { aUser } from '../support/builders.ts';
import {
  anOperator,
  aSupportedTenant,
  english,
  hourMs,
  enterSupport,
  grantSupport,
  supportPage,
} from '../support/operators.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as supportStore from '../../src/core/support/support.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const users = '/account-settings/user-management';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`support access, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const ada = await anOperator(portal);

    it('does not show approval requests to operators, who cannot decide them', async () => {
      const supported = await aSupportedTenant(portal);
      const { tenant, admin } = supported;
      await tenantsStore.setOwnRules(portal.database, tenant.scope, everyApprovalRule);
      const leavers = await Promise.all(
        ['Zoé Besson', 'Max Roche', 'Eva Petit'].map((displayName) => aUser(portal, tenant, { displayName })),
      );
      const other = await aPerson(portal, english).signIn(
        await aUser(portal, tenant, { administratorLevel: 'global' }),
      );
      await admin.visit(`${approvalsPage}/new?act=delete&${leavers.map(({ id }) => `user=${id}`).join('&')}`);
      await requestApproval(admin);
      (await other.visit('/dashboard')).sees('1 request is waiting for your approval');
      const bo = await anOperator(portal, { displayName: 'Bo Betrieb' });
      await grantSupport(portal, supported, bo);
      (await enterSupport(portal, bo)).sees('Nothing needs your attention').doesNotSee('waiting for your approval');
    });

    it('is granted by a Global admin, entered and left by the operator, and shown to both', async () => {
      const { admin, camille, tenant } = await aSupportedTenant(portal);
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
      await admin.visit('/account-settings');
      await admin.follow('Support access');
      admin
        .sees('By default, the portal operator’s support staff have no access')
        .sees('No one has support access right now.');
      await admin.submit('Grant access', {
        'Support person': ada.id,
        Reason: 'Imports fail since Monday',
        'Duration (hours)': '2',
      });
      admin.sees('Support access was granted.').sees('Ada Betrieb').sees('View only').sees('Never used');
      await admin.visit('/dashboard');
      admin.sees(/Ada Betrieb has support access until .* 2026/).sees('Imports fail since Monday');

      const operator = await aPerson(portal, english).signIn(ada);
      operator.sees('Ateliers Lumière').sees('Imports fail since Monday').sees('Camille Laurent');
      assert.equal((await operator.visit(users)).status, 403);
      await operator.visit('/dashboard');
      await operator.submit('Open');
      assert.equal(operator.path, '/dashboard');
      operator
        .sees(/Support session for Ateliers Lumière until .*UTC, signed in as Ada Betrieb/)
        .sees(/View only. Imports fail/);
      await operator.visit(users);
      operator.sees('Zoé Besson').sees('Support session for Ateliers Lumière').doesNotSee('Ada Betrieb ada');
      await operator.visit(`${users}/${zoe.id}`);
      assert.equal(operator.status, 200);
      await operator.submit('End support session');
      assert.equal(operator.path, '/dashboard');
      operator.sees('You can open an organization only while you have access.').doesNotSee('Support session');
      assert.equal((await operator.visit(users)).status, 403);

      await admin.visit(supportPage);
      admin.sees(/Last used: /);
      await admin.submit('End access');
      admin.sees('Support access was ended').sees('Ended by an administrator');
      await operator.visit('/dashboard');
      operator.sees('No organization has granted you access');
      assert.equal(camille.displayName, 'Camille Laurent');
    });

    it('is shared by all Global admins, read-only for User management admins and hidden from others', async () => {
      const supported = await aSupportedTenant(portal);
      await grantSupport(portal, supported, ada);
      const second = await aUser(portal, supported.tenant, { administratorLevel: 'global' });
      const noah = await aUser(portal, supported.tenant, { administratorLevel: 'userManagement' });
      const zoe = await aUser(portal, supported.tenant);
      const other = await aPerson(portal, english).signIn(second);
      await other.visit(supportPage);
      await supported.admin.visit(supportPage);
      assert.equal(other.$('table').text(), supported.admin.$('table').text());
      const manager = await aPerson(portal, english).signIn(noah);
      await manager.visit(supportPage);
      manager.sees('Ada Betrieb').sees('Only Global admins can grant or end access.').doesNotSee('End access');
      const [grant] = await supportStore.listOpen(portal.database, supported.tenant.scope, portal.clock.now);
      for (const path of [supportPage, `${supportPage}/${grant?.id}/end`]) {
        assert.equal((await manager.send('POST', path, { operator: ada.id })).status, 403);
      }
      assert.equal((await (await aPerson(portal, english).signIn(zoe)).visit(supportPage)).status, 403);
      await other.submit('End access');
      await supported.admin.visit(supportPage);
      supported.admin.sees('Ended by an administrator');
    });

    it('ends at the exact millisecond, even during use, and informs the operator', async () => {
      const supported = await aSupportedTenant(portal);
      const zoe = await aUser(portal, supported.tenant);
      await grantSupport(portal, supported, ada);
      const end = portal.clock.now + 2 * hourMs;
      // Sign in late, so that the session does not time out first.
      portal.clock.now = end - 600_000;
      const operator = await enterSupport(portal, ada);
      const elsewhere = await aPerson(portal, english).signIn(ada);
      portal.clock.now = end - 1;
      assert.equal((await operator.visit(users)).status, 200);
      portal.clock.now = end;
      const answer = await operator.send('POST', `${users}/${zoe.id}/block`);
      assert.deepEqual([answer.status, answer.headers.location], [303, '/dashboard']);
      assert.equal((await usersStore.find(portal.database, supported.tenant.scope, zoe.id))?.state, 'active');
      await operator.visit('/dashboard');
      operator.sees('Your access to Ateliers Lumière has expired.').sees('No organization has granted you access');
      assert.equal((await operator.visit(users)).status, 403);
      assert.equal((await operator.visit('/my-profile')).status, 200, 'the operator stays signed in');
      assert.equal((await elsewhere.visit('/my-profile')).status, 200);
    });

    it('is recorded once as expired if no operator had entered the tenant', async () => {
      const supported = await aSupportedTenant(portal);
      await grantSupport(portal, supported, ada, { hours: '1' });
      portal.clock.now += hourMs;
      await Promise.all([portal.background.runAll(), portal.background.runAll()]);
      const log = await aPerson(portal, english).signIn(supported.camille);
      await log.visit('/account-settings/activity-log');
      assert.equal(log.text.split('Support access for Ada Betrieb expired.').length - 1, 1);
      await log.visit(supportPage);
      log.sees('Expired');
    });

    it("makes the operator's own profile unavailable in the tenant, and leaves it unchanged", async () => {
      const bo = await anOperator(portal, { displayName: 'Bo Zurück' });
      await grantSupport(portal, await aSupportedTenant(portal), bo);
      const person = await enterSupport(portal, bo);
      assert.equal((await person.visit('/my-profile')).status, 403);
      await person.submit('End support session');
      await person.visit('/my-profile');
      person.sees('Bo Zurück').sees('hosting.example');
    });
  });
}
