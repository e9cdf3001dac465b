import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open, start } from './databases.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';
import * as sessionsStore from '../../src/core/accounts/stores/sessions.store.ts';
import * as setupTokenStore from '../../src/core/accounts/stores/setup-token.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { passwordHashOf } from '../support/credentials.ts';

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`a transaction on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const scope = await newTenant(database);

    const count = async (table: string): Promise<number> => {
      const [row] = await database.knex(table).count<{ rows: number | string }[]>({ rows: '*' });
      return Number(row?.rows);
    };

    test('commits everything that was written in it', async () => {
      const user = newUser();
      const result = await database.transaction(async (tx) => {
        await usersStore.insert(tx, scope, user);
        await activityStore.record(tx, scope, { kind: 'user.added' }, user.id, start);
        return 'done';
      });
      assert.equal(result, 'done');
      assert.equal((await usersStore.find(database, scope, user.id))?.username, user.username);
      assert.equal((await activityStore.latestOfUser(database, scope, user.id)).length, 1);
    });

    test('rolls back all tables if it throws', async () => {
      const user = newUser();
      await usersStore.insert(database, scope, user);
      const tables = ['users', 'activity', 'user_sessions', 'tenants', 'tenant_domains', 'routes', 'setup'];
      const before = await Promise.all(tables.map(count));
      const work = database.transaction(async (tx) => {
        await newTenant(tx);
        await usersStore.insert(tx, scope, newUser());
        await credentialsStore.replace(tx, scope, user.id, 0, { kind: 'own', hash: 'lost', at: start });
        await sessionsStore.open(tx, {
          id: 'lost',
          userId: user.id,
          address: null,
          device: '',
          method: 'pwd',
          at: start,
        });
        await activityStore.record(tx, scope, { kind: 'user.added' }, user.id, start);
        await directoryStore.upsert(tx, [{ domain: 'lost.example', region: 'germany' }]);
        await setupTokenStore.replace(tx, 'lost');
        throw new Error('in the middle');
      });
      await assert.rejects(work, /in the middle/);
      assert.deepEqual(await Promise.all(tables.map(count)), before);
      const kept = await credentialsStore.findForSignInAcrossTenants(database, user.username);
      assert.deepEqual([kept?.user.epoch, kept?.user.lastSignInAt], [0, null]);
      assert.equal(await passwordHashOf(database, user.id), 'first hash');
    });

    test('rolls back if the database rejects a statement', async () => {
      const user = newUser();
      const work = database.transaction(async (tx) => {
        await usersStore.insert(tx, scope, user);
        await usersStore.insert(tx, scope, newUser({ username: user.username }));
      });
      await assert.rejects(work);
      assert.equal(await usersStore.find(database, scope, user.id), null);
    });

    test('sees its own writes in prepared queries, while other connections do not', async () => {
      const user = newUser();
      // Prepare the queries outside first: the transaction must not reuse these prepared statements.
      assert.equal(await usersStore.find(database, scope, user.id), null);
      await database.transaction(async (tx) => {
        await usersStore.insert(tx, scope, user);
        assert.equal((await usersStore.find(tx, scope, user.id))?.id, user.id);
        assert.equal((await credentialsStore.findForSignInAcrossTenants(tx, user.username))?.user.id, user.id);
        assert.equal(await usersStore.find(database, scope, user.id), null);
        assert.equal(await credentialsStore.findForSignInAcrossTenants(database, user.username), null);
      });
      assert.equal((await usersStore.find(database, scope, user.id))?.id, user.id);
    });

    test('joins the outer transaction if nested, and both are rolled back together', async () => {
      const [outer, inner] = [newUser(), newUser()];
      const work = database.transaction(async (tx) => {
        await usersStore.insert(tx, scope, outer);
        await tx.transaction((deeper) => usersStore.insert(deeper, scope, inner));
        throw new Error('after the inner one');
      });
      await assert.rejects(work);
      for (const { id } of [outer, inner]) assert.equal(await usersStore.find(database, scope, id), null);
    });

    test('can read before it writes, even if 20 run concurrently', async () => {
      const user = newUser();
      await usersStore.insert(database, scope, user);
      const work = Array.from({ length: 20 }, () =>
        database.transaction(async (tx) => {
          const found = await usersStore.find(tx, scope, user.id);
          return credentialsStore.replace(tx, scope, user.id, found!.epoch, { kind: 'own', hash: 'x', at: start });
        }),
      );
      const replaced = (await Promise.all(work)).filter(Boolean).length;
      assert.equal((await usersStore.find(database, scope, user.id))?.epoch, replaced);
      assert.ok(replaced >= 1);
    });

    test('leaves its connection usable after a failure', async () => {
      for (let n = 0; n < 15; n++) await assert.rejects(database.transaction(() => Promise.reject(new Error('no'))));
      assert.equal(await database.transaction((tx) => tenantsStore.isEmpty(tx)), false);
      await database.ping();
    });

    test('rejects a prepared query with a missing value, like the database itself', async () => {
      const find = database.prepare('test.missing', (knex, $) => knex('users').where({ id: $('id') }));
      await assert.rejects(find({ other: 'x' }), /Missing query value: id/);
      await assert.rejects(
        database.transaction((tx) => tx.prepare('x', (knex, $) => knex('users').where({ id: $('id') }))({})),
      );
    });
  });
}
