import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { postgres } from '../support/services.ts';
import { both, newTenant, newUser, open, start } from './databases.ts';

for (const { dialect, config, skip } of both(await postgres())) {
  describe(`a transaction on ${dialect}`, { skip }, async () => {
    const { database, stores } = await open(config);
    const scope = await newTenant(stores);

    const count = async (table: string): Promise<number> => {
      const [row] = await database.knex(table).count<{ rows: number | string }[]>({ rows: '*' });
      return Number(row?.rows);
    };

    test('keeps everything that was written in it', async () => {
      const user = newUser();
      const result = await stores.transaction(async (within) => {
        await within.users.insert(scope, user);
        await within.activity.record(scope, { kind: 'user.added' }, user.id, start);
        return 'done';
      });
      assert.equal(result, 'done');
      assert.equal((await stores.users.find(scope, user.id))?.username, user.username);
      assert.equal((await stores.activity.latestOfUser(scope, user.id)).length, 1);
    });

    test('leaves nothing behind when it throws, in any of its tables', async () => {
      const user = newUser();
      await stores.users.insert(scope, user);
      const tables = ['users', 'activity', 'user_sessions', 'tenants', 'tenant_domains', 'routes', 'setup'];
      const before = await Promise.all(tables.map(count));
      const work = stores.transaction(async (within) => {
        await newTenant(within);
        await within.users.insert(scope, newUser());
        await within.credentials.replace(scope, user.id, 0, { kind: 'own', hash: 'lost', at: start });
        await within.sessions.open({ id: 'lost', userId: user.id, address: null, device: '', at: start });
        await within.activity.record(scope, { kind: 'user.added' }, user.id, start);
        await within.directory.put([{ domain: 'lost.example', region: 'germany' }]);
        await within.setup.replace('lost');
        throw new Error('in the middle');
      });
      await assert.rejects(work, /in the middle/);
      assert.deepEqual(await Promise.all(tables.map(count)), before);
      const kept = await stores.credentials.findForSignInAcrossTenants(user.username);
      assert.deepEqual([kept?.passwordHash, kept?.user.epoch, kept?.user.lastSignInAt], ['first hash', 0, null]);
    });

    test('leaves nothing behind when the database refuses one of its statements', async () => {
      const user = newUser();
      const work = stores.transaction(async (within) => {
        await within.users.insert(scope, user);
        await within.users.insert(scope, newUser({ username: user.username }));
      });
      await assert.rejects(work);
      assert.equal(await stores.users.find(scope, user.id), null);
    });

    test('sees its own writes by prepared reads, while nobody outside does', async () => {
      const user = newUser();
      // Prepared outside first: what the process keeps prepared must not be what the transaction asks.
      assert.equal(await stores.users.find(scope, user.id), null);
      await stores.transaction(async (within) => {
        await within.users.insert(scope, user);
        assert.equal((await within.users.find(scope, user.id))?.id, user.id);
        assert.equal((await within.credentials.findForSignInAcrossTenants(user.username))?.user.id, user.id);
        assert.equal(await stores.users.find(scope, user.id), null);
        assert.equal(await stores.credentials.findForSignInAcrossTenants(user.username), null);
      });
      assert.equal((await stores.users.find(scope, user.id))?.id, user.id);
    });

    test('within another is the same one: all or nothing holds for both', async () => {
      const [outer, inner] = [newUser(), newUser()];
      const work = stores.transaction(async (within) => {
        await within.users.insert(scope, outer);
        await within.transaction((deeper) => deeper.users.insert(scope, inner));
        throw new Error('after the inner one');
      });
      await assert.rejects(work);
      for (const { id } of [outer, inner]) assert.equal(await stores.users.find(scope, id), null);
    });

    test('reads first and writes later without being refused, 20 at once', async () => {
      const user = newUser();
      await stores.users.insert(scope, user);
      const work = Array.from({ length: 20 }, () =>
        stores.transaction(async (within) => {
          const found = await within.users.find(scope, user.id);
          return within.credentials.replace(scope, user.id, found!.epoch, { kind: 'own', hash: 'x', at: start });
        }),
      );
      const replaced = (await Promise.all(work)).filter(Boolean).length;
      assert.equal((await stores.users.find(scope, user.id))?.epoch, replaced);
      assert.ok(replaced >= 1);
    });

    test('after a failed one the connection serves the next', async () => {
      for (let n = 0; n < 15; n++) await assert.rejects(stores.transaction(() => Promise.reject(new Error('no'))));
      assert.equal(await stores.transaction((within) => within.tenants.isEmpty()), false);
      await database.ping();
    });

    test('a value that a prepared query needs and does not get is an error, not a null', async () => {
      const find = database.prepare('test.missing', (knex, $) => knex('users').where({ id: $('id') }));
      await assert.rejects(find({ other: 'x' }), /needs a value for id/);
      await assert.rejects(
        database.transaction((within) => within.prepare('x', (knex, $) => knex('users').where({ id: $('id') }))({})),
      );
    });
  });
}
