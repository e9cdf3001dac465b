import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScope } from '../../src/domain/scope.ts';
import { createSupport } from '../../src/core/support/support.ts';
import { paths } from '../../src/site/http/paths.ts';
import { aUser } from '../support/builders.ts';
import { anOperator, aSupportedTenant, english, enterPath, enterSupport, grantSupport } from '../support/operators.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { withRules } from '../support/rules.ts';
import { aSecondFactorUser, signInByCode } from '../support/second-factor.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as sessionsStore from '../../src/core/accounts/stores/sessions.store.ts';
import * as supportStore from '../../src/core/support/support.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { person } from '../../src/domain/principal.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`an operator and second factors, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const { database } = portal;

    for (const secondFactor of ['administrators', 'everybody'] as const) {
      it(`must set up a second factor before entering a tenant that requires it from ${secondFactor}`, async () => {
        const ada = await anOperator(portal);
        const supported = await aSupportedTenant(portal, `Asks ${secondFactor}`);
        const grantId = await grantSupport(portal, supported, ada);
        await tenantsStore.setOwnRules(database, supported.tenant.scope, { secondFactor });
        const operator = await aPerson(portal, english).signIn(ada);
        operator.sees(`Asks ${secondFactor}`);
        const answer = await operator.send('POST', enterPath(grantId));
        assert.equal(answer.status, 409);
        assert.match(answer.text, /requires two-step verification.*My profile .* Security/s);
        assert.equal((await operator.visit(paths.users)).status, 403);
        const owner = await aSecondFactorUser(portal, ada);
        assert.equal((await owner.person.visit(paths.dashboard)).path, paths.dashboard);
        await owner.person.submit('Open');
        assert.equal((await owner.person.visit(paths.users)).status, 200);
      });
    }

    it('leaves the tenant with the next request after the tenant begins to require a second factor', async () => {
      const bo = await anOperator(portal, { displayName: 'Bo Inside' });
      const supported = await aSupportedTenant(portal, 'Tightens');
      const zoe = await aUser(portal, supported.tenant);
      await grantSupport(portal, supported, bo);
      const operator = await enterSupport(portal, bo);
      await operator.visit(`${paths.users}/${zoe.id}`);
      await tenantsStore.setOwnRules(database, supported.tenant.scope, { secondFactor: 'administrators' });
      await operator.submit('Block sign-in');
      assert.equal(operator.path, paths.dashboard);
      operator.sees('Tightens requires two-step verification');
      assert.equal((await usersStore.find(database, supported.tenant.scope, zoe.id))?.state, 'active');
    });

    it('cannot enter two tenants from two tabs', async () => {
      const ida = await anOperator(portal, { displayName: 'Ida Zwei' });
      const [one, two] = [await aSupportedTenant(portal, 'Eins'), await aSupportedTenant(portal, 'Zwei')];
      const [first, second] = [await grantSupport(portal, one, ida), await grantSupport(portal, two, ida)];
      await aPerson(portal, english).signIn(ida);
      const { id } = (await portal.database.knex('user_sessions').where({ user_id: ida.id }).first()) as { id: string };
      const home = await tenantsStore.findOperatorsTenant(database);
      const scope = createScope({ ...portal.tenants.operatorScope(home!), principal: person(ida) });
      const { scopeFor } = portal.tenants;
      const support = createSupport({
        ...{ database, scopeFor },
        rules: portal.config.rules,
        clock: () => portal.clock.now,
      });
      // Both forms were requested before the session entered a tenant.
      await support.enter(scope, id, first);
      assert.equal(await support.enter(scope, id, second), 'inside');
      assert.equal((await sessionsStore.findLiveAcrossTenants(database, id))?.support?.grantId, first);
      const [untouched] = await supportStore.listOpen(database, two.tenant.scope, portal.clock.now);
      assert.equal(untouched?.enteredAt, null);
    });
  });
}

describe('a region that requires second factors from administrators', async () => {
  const portal = await openPortal({ environment: withRules({ secondFactor: 'administrators' }) });

  it('requires operators to set up a second factor, which they cannot remove', async () => {
    const ada = await anOperator(portal);
    const operator = await aPerson(portal, english).signIn(ada);
    assert.equal((await operator.visit(paths.dashboard)).path, paths.ownSecondFactor);
    const person = await signInByCode(portal, await aSecondFactorUser(portal, ada));
    assert.equal(person.path, paths.dashboard);
    await person.visit(paths.ownSecurity);
    person.sees('so you can’t remove your authenticator app');
  });
});
