import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { aUser } from '../support/builders.ts';
import {
  anOperator,
  aSupportedTenant,
  english,
  enterPath,
  hourMs,
  enterSupport,
  grantSupport,
  operatorsOf,
  supportPage,
} from '../support/operators.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { normalizedResponse } from '../support/responses.ts';
import * as sessionsStore from '../../src/core/accounts/stores/sessions.store.ts';
import * as supportStore from '../../src/core/support/support.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const users = '/account-settings/user-management';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`attacks on support access, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const ada = await anOperator(portal);

    it("using another operator's grant gets the same response as an unknown grant", async () => {
      const supported = await aSupportedTenant(portal);
      const other = await anOperator(portal, { displayName: 'Bo Other' });
      const grantId = await grantSupport(portal, supported, other);
      const otherTenant = await aSupportedTenant(portal, 'Fremde');
      await supported.admin.visit('/dashboard');
      const people = [await aPerson(portal, english).signIn(ada), supported.admin, otherTenant.admin];
      for (const person of people) {
        const [ours, missing] = [grantId, randomUUID()].map((id) => person.send('POST', enterPath(id)));
        assert.equal((await missing!).status, 404);
        assert.deepEqual(normalizedResponse(await ours!), normalizedResponse(await missing!));
      }
      const ending = (id: string) => otherTenant.admin.send('POST', `${supportPage}/${id}/end`);
      assert.deepEqual(normalizedResponse(await ending(grantId)), normalizedResponse(await ending(randomUUID())));
      assert.equal((await supportStore.listOpen(portal.database, supported.tenant.scope, portal.clock.now)).length, 1);
    });

    it('entering after the end of a grant is rejected with an explanation', async () => {
      for (const how of ['its time', 'an administrator', 'the rules'] as const) {
        const supported = await aSupportedTenant(portal);
        const grantId = await grantSupport(portal, supported, ada, { hours: '1' });
        if (how === 'its time') portal.clock.now += hourMs;
        const admin = how === 'its time' ? await aPerson(portal, english).signIn(supported.camille) : supported.admin;
        if (how === 'an administrator') await admin.send('POST', `${supportPage}/${grantId}/end`);
        if (how === 'the rules')
          await tenantsStore.setOwnRules(portal.database, supported.tenant.scope, { supportAccess: 'forbidden' });
        const operator = await aPerson(portal, english).signIn(ada);
        const answer = await operator.send('POST', enterPath(grantId));
        assert.equal(answer.status, 409, how);
        assert.match(answer.text, /Your access has ended/);
        assert.equal((await operator.visit(users)).status, 403);
        assert.equal(
          (await admin.send('POST', `${supportPage}/${grantId}/end`)).status,
          303,
          'ending it again has no effect',
        );
      }
    });

    it('a form rendered before the operator switched tenants is rejected', async () => {
      const [one, two] = [await aSupportedTenant(portal, 'One'), await aSupportedTenant(portal, 'Two')];
      const [first, second] = [await grantSupport(portal, one, ada), await grantSupport(portal, two, ada)];
      const operator = await aPerson(portal, english).signIn(ada);
      const before = operator.csrf;
      await operator.send('POST', enterPath(first));
      assert.equal((await operator.send('POST', enterPath(second), {}, { csrf: before })).status, 403);
      await operator.visit('/dashboard');
      assert.equal((await operator.send('POST', enterPath(second))).status, 409, 'one tenant at a time');
      const tx = operator.csrf;
      await operator.submit('End support session');
      assert.equal((await operator.send('POST', `${users}/new`, {}, { csrf: tx })).status, 403);
    });

    it('ending one grant does not affect a session that has since entered another', async () => {
      const [one, two] = [await aSupportedTenant(portal, 'Early'), await aSupportedTenant(portal, 'Late')];
      const [first, second] = [await grantSupport(portal, one, ada), await grantSupport(portal, two, ada)];
      const session = {
        id: randomUUID(),
        userId: ada.id,
        address: null,
        device: '',
        method: 'pwd',
        at: portal.clock.now,
      } as const;
      await sessionsStore.open(portal.database, session);
      await sessionsStore.enterSupport(portal.database, session.id, second);
      await sessionsStore.leaveSupport(portal.database, session.id, first);
      assert.equal((await sessionsStore.findLiveAcrossTenants(portal.database, session.id))?.support?.grantId, second);
    });

    it("a session that refers to another operator's grant has no support access", async () => {
      const supported = await aSupportedTenant(portal);
      const grantId = await grantSupport(portal, supported, ada);
      const bo = await anOperator(portal, { displayName: 'Bo Thief' });
      for (const user of [bo, await aUser(portal, (await aSupportedTenant(portal)).tenant)]) {
        const session = {
          id: randomUUID(),
          userId: user.id,
          address: null,
          device: '',
          method: 'pwd',
          at: portal.clock.now,
        } as const;
        await sessionsStore.open(portal.database, session);
        await sessionsStore.enterSupport(portal.database, session.id, grantId);
        assert.equal((await sessionsStore.findLiveAcrossTenants(portal.database, session.id))?.support, null);
      }
    });

    describe('support access in use', () => {
      for (const [label, end, message] of [
        ['an administrator has ended it', null, /Your access to Ateliers Lumière was ended/],
        ['the tenant has been suspended', 'suspended', /Ateliers Lumière is suspended/],
        ['the tenant has begun to move', 'moving', /Ateliers Lumière is being moved to another region/],
        ["the tenant's own rule has forbidden it", 'forbidden', /no longer allows support access/],
      ] as const) {
        it(`ends with the next request after ${label}`, async () => {
          const supported = await aSupportedTenant(portal);
          const zoe = await aUser(portal, supported.tenant);
          const grantId = await grantSupport(portal, supported, ada);
          const operator = await aPerson(portal, english).signIn(ada);
          await operator.send('POST', enterPath(grantId));
          assert.equal((await operator.visit(`${users}/${zoe.id}`)).status, 200);
          const { scope, id } = supported.tenant;
          if (end === null) await supported.admin.send('POST', `${supportPage}/${grantId}/end`);
          if (end === 'suspended') await portal.tenants.setState(id, 'suspended');
          if (end === 'moving') await tenantsStore.setState(portal.database, id, 'moving');
          if (end === 'forbidden')
            await tenantsStore.setOwnRules(portal.database, scope, { supportAccess: 'forbidden' });
          await operator.submit('Block sign-in');
          assert.equal(operator.path, '/dashboard');
          operator.sees(message);
          assert.equal((await usersStore.find(portal.database, scope, zoe.id))?.state, 'active');
          assert.equal((await operator.visit(users)).status, 403);
          if (end === 'suspended') {
            await portal.tenants.setState(id, 'active');
            await operator.visit('/dashboard');
            assert.equal(
              (await operator.send('POST', enterPath(grantId))).status,
              303,
              'the grant is valid again afterwards',
            );
          }
        });
      }

      it('ends with the next request after the operator is blocked, and unblocking does not restore it', async () => {
        const supported = await aSupportedTenant(portal);
        const bo = await anOperator(portal, { displayName: 'Bo Betrieb' });
        await grantSupport(portal, supported, bo);
        const operator = await enterSupport(portal, bo);
        await operatorsOf(portal).changeOperator('block', bo.username);
        assert.equal((await operator.visit(users)).path, '/sign-in');
        await operatorsOf(portal).changeOperator('unblock', bo.id);
        const again = await aPerson(portal, english).signIn(bo);
        again.sees('No organization has granted you access');
        await supported.admin.visit(supportPage);
        supported.admin.sees('Bo Betrieb').sees('Ended by the portal operator');
        await supported.admin.visit('/account-settings/activity-log');
        supported.admin.sees('The portal operator ended support access for Bo Betrieb.');
      });

      it('continues after the granting administrator is blocked, because the organization granted it', async () => {
        const supported = await aSupportedTenant(portal);
        const bo = await anOperator(portal, { displayName: 'Bo Bleibt' });
        const second = await aUser(portal, supported.tenant, { administratorLevel: 'global' });
        await grantSupport(portal, supported, bo);
        const operator = await enterSupport(portal, bo);
        const other = await aPerson(portal, english).signIn(second);
        await other.send('POST', `${users}/${supported.camille.id}/block`);
        assert.equal((await operator.visit(users)).status, 200);
        await other.visit(supportPage);
        await other.submit('End access');
        assert.equal((await operator.visit(users)).path, '/dashboard');
      });
    });
  });
}
