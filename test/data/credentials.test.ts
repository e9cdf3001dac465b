import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Scope } from '../../src/domain/scope.ts';
import { postgres } from '../support/services.ts';
import { passwordHashOf, passwordRowOf } from '../support/credentials.ts';
import { actingAs, both, newTenant, newUser, open, start, withoutPassword } from './databases.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import type { NewUser } from '../../src/core/accounts/stores/users.mapping.ts';

const temporary = { kind: 'temporary', hash: 'next hash', at: start + 1, until: start + 9, by: 'Camille' } as const;
const own = { kind: 'own', hash: 'own hash', at: start + 2 } as const;

for (const { dialect, config, skip } of both(await postgres())) {
  describe(`credentials on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const scope = await newTenant(database);
    const elsewhere = await newTenant(database);

    async function added(wishes: Partial<NewUser> = {}, into: Scope = scope): Promise<NewUser> {
      const user = newUser(wishes);
      await usersStore.insert(database, into, user);
      return user;
    }
    const kept = async (user: NewUser) => credentialsStore.findForSignInAcrossTenants(database, user.username);

    test('are found by the user name, with the user and the tenant, and without the hash', async () => {
      const user = await added({
        language: 'de',
        administratorLevel: 'billing',
        agentLevel: 'helpdesk',
        lastSignInAt: start,
      });
      const found = await kept(user);
      assert.deepEqual(found, {
        user: {
          ...withoutPassword(user),
          tenantId: scope.tenant.id,
          epoch: 0,
          version: 1,
          deletedAt: null,
          secondFactorAt: null,
          secondFactorDue: false,
          globalAdminUntil: null,
          updatedAt: start,
        },
        tenant: { ...scope.tenant, state: 'active', ownRules: {} },
      });
      assert.equal(await credentialsStore.findForSignInAcrossTenants(database, 'nobody@a.example'), null);
    });

    test('never come with a user from another store', async () => {
      const user = await added();
      assert.doesNotMatch(JSON.stringify(await usersStore.find(database, scope, user.id)), /hash/i);
    });

    test('are replaced where the epoch still is the one that was decided on', async () => {
      const user = await added();
      assert.equal(await credentialsStore.replace(database, scope, user.id, 0, temporary), true);
      const { user: after } = (await kept(user))!;
      assert.deepEqual([after.password, after.temporaryUntil, after.epoch], ['temporary', start + 9, 1]);
      const row = { secret: 'next hash', set_by: 'Camille', created_at: start + 1 };
      assert.deepEqual(await passwordRowOf(database, user.id), row);
      const facts = await credentialsStore.getPasswordMetadata(database, scope, user.id);
      assert.deepEqual(facts, { setBy: 'Camille', setAt: start + 1 });
      assert.equal(await credentialsStore.replace(database, scope, user.id, 1, own), true);
      const { user: last } = (await kept(user))!;
      assert.deepEqual([last.password, last.temporaryUntil, last.epoch], ['own', null, 2]);
      const ownRow = { secret: 'own hash', set_by: null, created_at: start + 2 };
      assert.deepEqual(await passwordRowOf(database, user.id), ownRow);
    });

    test('stay where the epoch is stale, or not yet there', async () => {
      const user = await added();
      await credentialsStore.replace(database, scope, user.id, 0, own);
      for (const epoch of [0, 2, -1]) {
        assert.equal(await credentialsStore.replace(database, scope, user.id, epoch, temporary), false);
      }
      assert.equal(await passwordHashOf(database, user.id), 'own hash');
      assert.equal((await kept(user))?.user.epoch, 1);
    });

    test('of 20 that replace them at once, one does', async () => {
      const user = await added();
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          database.transaction((tx) => credentialsStore.replace(tx, scope, user.id, 0, { ...own, hash: `hash ${n}` })),
        ),
      );
      assert.equal(results.filter(Boolean).length, 1);
      const found = (await kept(user))!;
      assert.equal(found.user.epoch, 1);
      assert.equal(await passwordHashOf(database, user.id), `hash ${results.indexOf(true)}`);
    });

    test('of another tenant, of a deleted user and of nobody are out of reach', async () => {
      const stranger = await added({}, elsewhere);
      const gone = await added({ state: 'deleted' });
      for (const id of [stranger.id, gone.id, randomUUID(), '', "' or 1=1 --"]) {
        assert.equal(await credentialsStore.replace(database, scope, id, 0, temporary), false);
      }
      assert.equal(await passwordHashOf(database, stranger.id), 'first hash');
      assert.equal(await passwordHashOf(database, gone.id), 'first hash');
    });

    test('are one’s own only within the own tenant', async () => {
      const user = await added();
      assert.equal((await credentialsStore.findOwn(database, actingAs(scope, user)))?.user.id, user.id);
      assert.equal(await credentialsStore.findOwn(database, actingAs(elsewhere, user)), null);
      assert.equal(await credentialsStore.findOwn(database, scope), null);
    });

    test('get a stronger hash only while the password is the one that was checked', async () => {
      const user = await added();
      await database.transaction((tx) => credentialsStore.rehash(tx, { id: user.id, epoch: 1 }, 'stronger'));
      assert.equal(await passwordHashOf(database, user.id), 'first hash');
      await database.transaction((tx) => credentialsStore.rehash(tx, { id: user.id, epoch: 0 }, 'stronger'));
      const row = { secret: 'stronger', set_by: null, created_at: start };
      assert.deepEqual(await passwordRowOf(database, user.id), row);
      assert.equal((await kept(user))?.user.epoch, 0);
    });

    test('are verified inside the store, with the decoy where there is nothing to compare', async () => {
      const user = await added({ passwordHash: 'stored' });
      const compared: string[] = [];
      const hasher = {
        decoy: 'decoy',
        isOutdated: (tag: string) => tag === 'stored',
        verify: (tag: string, typed: string) => Promise.resolve(compared.push(tag) > 0 && typed === 'right'),
      };
      const check = (userId: string | null, typed: string) =>
        credentialsStore.verifyPassword(database, hasher, userId, typed);
      assert.deepEqual(await check(user.id, 'right'), { matches: true, isOutdated: true });
      assert.deepEqual(await check(user.id, 'wrong'), { matches: false, isOutdated: true });
      for (const nobody of [null, randomUUID()])
        assert.deepEqual(await check(nobody, 'right'), { matches: false, isOutdated: false });
      assert.deepEqual(compared, ['stored', 'stored', 'decoy', 'decoy']);
    });

    test('have one password each', async () => {
      const user = await added();
      const second = { user_id: user.id, kind: 'password', secret: 'second', created_at: start };
      await assert.rejects(database.knex('credentials').insert(second));
      assert.equal(await passwordHashOf(database, user.id), 'first hash');
    });

    test('are said of nobody in another tenant', async () => {
      const stranger = await added({}, elsewhere);
      await assert.rejects(credentialsStore.getPasswordMetadata(database, scope, stranger.id), { kind: 'notFound' });
    });

    test('a user name is given once, in all tenants together', async () => {
      const user = await added();
      const twice = newUser({ username: user.username });
      await assert.rejects(usersStore.insert(database, elsewhere, twice));
      assert.equal((await kept(user))?.user.id, user.id);
    });

    test('what an error says holds none of the values that were to be written', async () => {
      const user = await added({ passwordHash: '$argon2id$canary' });
      const again = newUser({ username: user.username, displayName: 'Canary Name', passwordHash: '$argon2id$canary' });
      const error: unknown = await usersStore.insert(database, elsewhere, again).catch((caught: unknown) => caught);
      assert.ok(error instanceof Error);
      assert.doesNotMatch(`${error.message} ${error.stack ?? ''}`, /canary/i);
      await assert.rejects(
        database.knex('no_such_table').where({ name: 'canary' }),
        (caught: Error) => !caught.message.includes('canary'),
      );
    });
  });
}
