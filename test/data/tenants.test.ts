import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { issueSetupToken } from '../../src/core/accounts/tenants/setup-token.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open, sqliteFile, start } from './databases.ts';
import * as setupTokenStore from '../../src/core/accounts/stores/setup-token.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`tenants, directory and set-up on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);

    test('while there is no tenant, each new set-up link replaces the previous one', async () => {
      assert.equal(await tenantsStore.isEmpty(database), true);
      const [first, second] = [await issueSetupToken(database), await issueSetupToken(database)];
      assert.equal(Buffer.from(first ?? '', 'base64url').length, 32);
      assert.notEqual(first, second);
      const rows = await database.knex('setup').select<{ token_digest: string }[]>();
      assert.equal(rows.length, 1);
      assert.doesNotMatch(JSON.stringify(rows), new RegExp(`${first}|${second}`));
    });

    test('only one of 20 concurrent requests can use the set-up link', async () => {
      for (let round = 0; round < 5; round++) {
        await setupTokenStore.replace(database, 'digest');
        assert.equal(await setupTokenStore.isOpen(database, 'digest'), true);
        assert.equal(await setupTokenStore.consume(database, 'another'), false);
        const used = await Promise.all(
          Array.from({ length: 20 }, () => database.transaction((tx) => setupTokenStore.consume(tx, 'digest'))),
        );
        assert.equal(used.filter(Boolean).length, 1);
        assert.equal(await setupTokenStore.isOpen(database, 'digest'), false);
      }
    });

    test('a set-up link stays valid if the transaction that used it fails', async () => {
      await setupTokenStore.replace(database, 'again');
      const work = database.transaction(async (tx) => {
        assert.equal(await setupTokenStore.consume(tx, 'again'), true);
        throw new Error('no');
      });
      await assert.rejects(work);
      assert.equal(await setupTokenStore.isOpen(database, 'again'), true);
      await setupTokenStore.close(database);
      assert.equal(await setupTokenStore.isOpen(database, 'again'), false);
    });

    test('a tenant can be found by its own users and by the operator', async () => {
      const id = randomUUID();
      const domains = ['zeta.example', 'alpha.example'];
      const tenant = { id, name: 'Zeta & Söhne', language: 'de', state: 'active', createdAt: start } as const;
      await tenantsStore.insert(database, { ...tenant, domains });
      assert.equal(await tenantsStore.isEmpty(database), false);
      const kept = {
        ...tenant,
        domains: ['alpha.example', 'zeta.example'],
        ownRules: {},
        kind: 'partner',
        listed: true,
      };
      assert.deepEqual(await tenantsStore.findForOperator(database, id), kept);
      const scope = await newTenant(database);
      assert.equal((await tenantsStore.findOwn(database, scope))?.id, scope.tenant.id);
      assert.deepEqual(await tenantsStore.findOwn(database, { ...scope, tenant }), kept);
      assert.equal(await tenantsStore.findForOperator(database, 'nobody'), null);
      assert.equal(await issueSetupToken(database), null);
    });

    test('a domain belongs to at most one tenant', async () => {
      const name = `${randomUUID()}.example`;
      const tenant = { id: randomUUID(), name: 'A', language: 'en', state: 'active', createdAt: start } as const;
      await tenantsStore.insert(database, { ...tenant, domains: [name] });
      assert.equal(await tenantsStore.findTakenDomain(database, ['free.example', name]), name);
      assert.equal(await tenantsStore.findTakenDomain(database, ['free.example']), null);
      const directory = Array.from({ length: 70_000 }, (_, index) => `free-${index}.example`);
      assert.equal(await tenantsStore.findTakenDomain(database, directory), null);
      assert.equal(await tenantsStore.findTakenDomain(database, [...directory, name]), name);
      const thief = { ...tenant, id: randomUUID(), domains: [name] };
      await assert.rejects(database.transaction((tx) => tenantsStore.insert(tx, thief)));
      assert.equal(await tenantsStore.findForOperator(database, thief.id), null);
    });

    test('the operator’s list of tenants counts users who are not deleted', async () => {
      const scope = await newTenant(database, 'Counted');
      for (const state of ['active', 'blocked', 'deleted'] as const)
        await usersStore.insert(database, scope, newUser({ state }));
      const listed = (await tenantsStore.listForOperator(database)).find(({ id }) => id === scope.tenant.id);
      assert.deepEqual([listed?.users, listed?.name, listed?.domains], [2, 'Counted', [`${scope.tenant.id}.example`]]);
      await tenantsStore.setState(database, scope.tenant.id, 'suspended');
      assert.equal((await tenantsStore.findForOperator(database, scope.tenant.id))?.state, 'suspended');
    });

    test('the directory maps a domain and its subdomains to a region', async () => {
      await directoryStore.upsert(database, []);
      await directoryStore.upsert(database, [
        { domain: 'b.example', region: 'germany' },
        { domain: 'a.example', region: 'china' },
      ]);
      assert.equal(await directoryStore.regionOf(database, 'b.example'), 'germany');
      assert.equal(await directoryStore.regionOf(database, 'deep.sub.b.example'), 'germany');
      await directoryStore.upsert(database, [{ domain: 'b.example', region: 'worldwide' }]);
      assert.equal(await directoryStore.regionOf(database, 'b.example'), 'worldwide');
      assert.deepEqual(await directoryStore.list(database), [
        { domain: 'a.example', region: 'china' },
        { domain: 'b.example', region: 'worldwide' },
      ]);
      for (const other of ['', 'B.example', 'c.example', 'xb.example', 'example', '%'])
        assert.equal(await directoryStore.regionOf(database, other), null);
      assert.deepEqual(
        [await directoryStore.remove(database, 'a.example'), await directoryStore.remove(database, 'a.example')],
        [true, false],
      );
    });

    test('the directory does not redirect domains that a tenant of this region owns', async () => {
      const top = `${randomUUID()}.example`;
      const tenant = { id: randomUUID(), name: 'A', language: 'en', state: 'active', createdAt: start } as const;
      await tenantsStore.insert(database, { ...tenant, domains: [`own.${top}`] });
      await directoryStore.upsert(database, [
        { domain: top, region: 'germany' },
        { domain: `branch.own.${top}`, region: 'china' },
      ]);
      assert.equal(await directoryStore.regionOf(database, `other.${top}`), 'germany');
      assert.equal(await directoryStore.regionOf(database, `own.${top}`), null);
      assert.equal(await directoryStore.regionOf(database, `sub.own.${top}`), null);
      assert.equal(
        await directoryStore.regionOf(database, `branch.own.${top}`),
        'china',
        'the most specific domain wins',
      );
      await directoryStore.upsert(database, [{ domain: `own.${top}`, region: 'germany' }]);
      assert.equal(await directoryStore.regionOf(database, `own.${top}`), null);
      await directoryStore.upsert(database, [{ domain: `own.${top}`, region: 'worldwide' }]);
      assert.equal(await directoryStore.regionOf(database, `own.${top}`), null);
    });

    test('the directory accepts 20,000 domains together, and the last of duplicate entries wins', async () => {
      await directoryStore.upsert(database, [
        { domain: 'twice.example', region: 'china' },
        { domain: 'twice.example', region: 'germany' },
      ]);
      assert.equal(await directoryStore.regionOf(database, 'twice.example'), 'germany');
      const many = Array.from({ length: 20_000 }, (_, n) => ({ domain: `d${n}.example`, region: 'germany' }));
      await directoryStore.upsert(database, many);
      assert.equal(await directoryStore.regionOf(database, 'd19999.example'), 'germany');
    });
  });
}

test('a new SQLite database creates its folder', async () => {
  const config = sqliteFile();
  assert.ok(config.kind === 'sqlite');
  const { database } = await open({ ...config, file: `${config.file}.d/deep/parvis.sqlite` });
  assert.equal(await tenantsStore.isEmpty(database), true);
});
