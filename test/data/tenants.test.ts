import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { openSetup } from '../../src/core/accounts/tenants/set-up.ts';
import { postgres } from '../support/services.ts';
import { both, newTenant, newUser, open, sqliteFile, start } from './databases.ts';

for (const { dialect, config, skip } of both(await postgres())) {
  describe(`tenants, directory and set-up on ${dialect}`, { skip }, async () => {
    const { database, stores } = await open(config);

    test('a set-up link is offered while there is no tenant, each making the last one worthless', async () => {
      assert.equal(await stores.tenants.isEmpty(), true);
      const [first, second] = [await openSetup(stores), await openSetup(stores)];
      assert.equal(Buffer.from(first ?? '', 'base64url').length, 32);
      assert.notEqual(first, second);
      const rows = await database.knex('setup').select<{ token_digest: string }[]>();
      assert.equal(rows.length, 1);
      assert.doesNotMatch(JSON.stringify(rows), new RegExp(`${first}|${second}`));
    });

    test('of 20 who use the link at once, one does', async () => {
      for (let round = 0; round < 5; round++) {
        await stores.setup.replace('digest');
        assert.equal(await stores.setup.isOpen('digest'), true);
        assert.equal(await stores.setup.consume('another'), false);
        const used = await Promise.all(
          Array.from({ length: 20 }, () => stores.transaction((within) => within.setup.consume('digest'))),
        );
        assert.equal(used.filter(Boolean).length, 1);
        assert.equal(await stores.setup.isOpen('digest'), false);
      }
    });

    test('a link that was used in a transaction that failed is still there', async () => {
      await stores.setup.replace('again');
      const work = stores.transaction(async (within) => {
        assert.equal(await within.setup.consume('again'), true);
        throw new Error('no');
      });
      await assert.rejects(work);
      assert.equal(await stores.setup.isOpen('again'), true);
      await stores.setup.close();
      assert.equal(await stores.setup.isOpen('again'), false);
    });

    test('a tenant is found by those in it and by the operator', async () => {
      const id = randomUUID();
      const domains = ['zeta.example', 'alpha.example'];
      const tenant = { id, name: 'Zeta & Söhne', language: 'de', state: 'active', createdAt: start } as const;
      await stores.tenants.insert({ ...tenant, domains });
      assert.equal(await stores.tenants.isEmpty(), false);
      const kept = {
        ...tenant,
        domains: ['alpha.example', 'zeta.example'],
        ownRules: {},
        kind: 'partner',
        listed: true,
      };
      assert.deepEqual(await stores.tenants.findForOperator(id), kept);
      const scope = await newTenant(stores);
      assert.equal((await stores.tenants.findOwn(scope))?.id, scope.tenant.id);
      assert.deepEqual(await stores.tenants.findOwn({ ...scope, tenant }), kept);
      assert.equal(await stores.tenants.findForOperator('nobody'), null);
      assert.equal(await openSetup(stores), null);
    });

    test('a domain belongs to one tenant', async () => {
      const name = `${randomUUID()}.example`;
      const tenant = { id: randomUUID(), name: 'A', language: 'en', state: 'active', createdAt: start } as const;
      await stores.tenants.insert({ ...tenant, domains: [name] });
      assert.equal(await stores.tenants.findTakenDomain(['free.example', name]), name);
      assert.equal(await stores.tenants.findTakenDomain(['free.example']), null);
      const directory = Array.from({ length: 70_000 }, (_, index) => `free-${index}.example`);
      assert.equal(await stores.tenants.findTakenDomain(directory), null);
      assert.equal(await stores.tenants.findTakenDomain([...directory, name]), name);
      const thief = { ...tenant, id: randomUUID(), domains: [name] };
      await assert.rejects(stores.transaction((within) => within.tenants.insert(thief)));
      assert.equal(await stores.tenants.findForOperator(thief.id), null);
    });

    test('the operator’s list counts the users who are not deleted', async () => {
      const scope = await newTenant(stores, 'Counted');
      for (const state of ['active', 'blocked', 'deleted'] as const)
        await stores.users.insert(scope, newUser({ state }));
      const listed = (await stores.tenants.listForOperator()).find(({ id }) => id === scope.tenant.id);
      assert.deepEqual([listed?.users, listed?.name, listed?.domains], [2, 'Counted', [`${scope.tenant.id}.example`]]);
      await stores.tenants.setState(scope.tenant.id, 'suspended');
      assert.equal((await stores.tenants.findForOperator(scope.tenant.id))?.state, 'suspended');
    });

    test('the directory leads a domain to its region', async () => {
      const { directory } = stores;
      await directory.put([]);
      await directory.put([
        { domain: 'b.example', region: 'germany' },
        { domain: 'a.example', region: 'china' },
      ]);
      assert.equal(await directory.regionOf('b.example'), 'germany');
      assert.equal(await directory.regionOf('deep.sub.b.example'), 'germany');
      await directory.put([{ domain: 'b.example', region: 'worldwide' }]);
      assert.equal(await directory.regionOf('b.example'), 'worldwide');
      assert.deepEqual(await directory.list(), [
        { domain: 'a.example', region: 'china' },
        { domain: 'b.example', region: 'worldwide' },
      ]);
      for (const other of ['', 'B.example', 'c.example', 'xb.example', 'example', '%'])
        assert.equal(await directory.regionOf(other), null);
      assert.deepEqual([await directory.remove('a.example'), await directory.remove('a.example')], [true, false]);
    });

    test('the directory leads nobody away from a domain that a tenant of this region owns', async () => {
      const { directory } = stores;
      const top = `${randomUUID()}.example`;
      const tenant = { id: randomUUID(), name: 'A', language: 'en', state: 'active', createdAt: start } as const;
      await stores.tenants.insert({ ...tenant, domains: [`own.${top}`] });
      await directory.put([
        { domain: top, region: 'germany' },
        { domain: `branch.own.${top}`, region: 'china' },
      ]);
      assert.equal(await directory.regionOf(`other.${top}`), 'germany');
      assert.equal(await directory.regionOf(`own.${top}`), null);
      assert.equal(await directory.regionOf(`sub.own.${top}`), null);
      assert.equal(await directory.regionOf(`branch.own.${top}`), 'china', 'the most particular one counts');
      await directory.put([{ domain: `own.${top}`, region: 'germany' }]);
      assert.equal(await directory.regionOf(`own.${top}`), null);
      await directory.put([{ domain: `own.${top}`, region: 'worldwide' }]);
      assert.equal(await directory.regionOf(`own.${top}`), null);
    });

    test('the directory takes the same domain twice, the last one counting, and 20,000 at once', async () => {
      const { directory } = stores;
      await directory.put([
        { domain: 'twice.example', region: 'china' },
        { domain: 'twice.example', region: 'germany' },
      ]);
      assert.equal(await directory.regionOf('twice.example'), 'germany');
      const many = Array.from({ length: 20_000 }, (_, n) => ({ domain: `d${n}.example`, region: 'germany' }));
      await directory.put(many);
      assert.equal(await directory.regionOf('d19999.example'), 'germany');
    });
  });
}

test('a new SQLite database asks for its folder itself', async () => {
  const config = sqliteFile();
  assert.ok(config.kind === 'sqlite');
  const { stores } = await open({ ...config, file: `${config.file}.d/deep/parvis.sqlite` });
  assert.equal(await stores.tenants.isEmpty(), true);
});
