import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { aUser, type TestUser } from '../support/builders.ts';
import { anOperator, aSupportedTenant, english, enterPath, grantSupport, supportPage } from '../support/operators.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { normalizedResponse } from '../support/responses.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const users = '/account-settings/user-management';

describe('the visibility of operators and tenants', async () => {
  const portal = await openPortal();
  const ada = await anOperator(portal);
  const supported = await aSupportedTenant(portal, 'Visited');
  const { tenant, admin, camille } = supported;
  const operator = await aPerson(portal, english).signIn(ada);
  await operator.send('POST', enterPath(await grantSupport(portal, supported, ada, { level: 'manage' })));
  const otherTenant = await aSupportedTenant(portal, 'Fremde Gesellschaft');
  const theirs: TestUser[] = [otherTenant.camille, await aUser(portal, otherTenant.tenant)];

  it("hides operators in the tenant's lists, searches, counts, files and user pages", async () => {
    for (const path of [users, `${users}?q=betrieb`, `${users}?q=hosting`, `${users}/deleted`, `${users}/export.csv`]) {
      const { text } = await admin.send('GET', path);
      assert.ok(!/Ada Betrieb|hosting\.example/.test(text), path);
    }
    const [own, missing] = [ada.id, randomUUID()].map((id) => admin.send('GET', `${users}/${id}`));
    assert.deepEqual(normalizedResponse(await own!), normalizedResponse(await missing!));
    assert.equal(await usersStore.countActiveGlobalAdmins(portal.database, tenant.scope), 1);
    assert.deepEqual(
      (await usersStore.findGlobalAdmins(portal.database, tenant.scope)).map(({ id }) => id),
      [camille.id],
    );
  });

  it('hides tenants without a grant: their IDs get the same response as unknown IDs', async () => {
    const withIds = portal.routes.filter(({ path }) => /:(userId|grantId)/.test(path));
    for (const person of [operator, await aPerson(portal, english).signIn(ada)]) {
      for (const { method, path } of withIds) {
        const ask = (id: string): ReturnType<Person['send']> =>
          person.send(method, path.replace(/:\w+/, id), { epoch: '0', user: id, session: id });
        const expected = normalizedResponse(await ask(randomUUID()));
        for (const { id } of theirs) assert.deepEqual(normalizedResponse(await ask(id)), expected, `${method} ${path}`);
      }
    }
    assert.ok((await usersStore.find(portal.database, otherTenant.tenant.scope, theirs[1]!.id))?.state === 'active');
  });

  it('hides all tenants from an operator without any grant', async () => {
    const bo = await aPerson(portal, english).signIn(await anOperator(portal, { displayName: 'Bo Nowhere' }));
    for (const { path } of portal.routes.filter(({ method, path: at }) => method === 'get' && !at.includes(':'))) {
      await bo.visit(path);
      assert.ok(!/Visited|Fremde|Camille/.test(bo.body), path);
    }
    assert.equal((await bo.visit(supportPage)).status, 403);
  });
});
