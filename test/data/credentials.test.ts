import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Scope } from '../../src/domain/scope.ts';
import { postgres } from '../support/services.ts';
import { passwordHashOf, passwordRowOf } from '../support/credentials.ts';
import { actingAs, eachDialect, newTenant, newUser, open, start, withoutPassword } from './databases.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import * as passwordHashesStore from '../../src/core/accounts/stores/password-hashes.store.ts';
import type { NewUser } from '../../src/core/accounts/stores/users.mapping.ts';

const temporary = { kind: 'temporary', hash: 'next hash', at: start + 1, until: start + 9, by: 'Camille' } as const;
const own = { kind: 'own', hash: 'own hash', at: start + 2 } as const;

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`credentials on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const scope = await newTenant(database);
    const elsewhere = await newTenant(database);

    async function addUser(overrides: Partial<NewUser> = {}, into: Scope = scope): Promise<NewUser> {
      const user = newUser(overrides);
      await usersStore.insert(database, into, user);
      return user;
    }
    const findForSignIn = async (user: NewUser) => credentialsStore.findForSignInAcrossTenants(database, user.username);

    test('are found by user name, with the user and the tenant but without the hash', async () => {
      const user = await addUser({
        language: 'de',
        administratorLevel: 'billing',
        agentLevel: 'helpdesk',
        lastSignInAt: start,
      });
      const found = await findForSignIn(user);
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
        passwordSetAt: start,
      });
      assert.equal(await credentialsStore.findForSignInAcrossTenants(database, 'nobody@a.example'), null);
    });

    test('are not part of the user that the users store returns', async () => {
      const user = await addUser();
      assert.doesNotMatch(JSON.stringify(await usersStore.find(database, scope, user.id)), /hash/i);
    });

    test('are replaced if the epoch has not changed', async () => {
      const user = await addUser();
      assert.equal(await credentialsStore.replace(database, scope, user.id, 0, temporary), true);
      const { user: after } = (await findForSignIn(user))!;
      assert.deepEqual([after.password, after.temporaryUntil, after.epoch], ['temporary', start + 9, 1]);
      const row = { secret: 'next hash', set_by: 'Camille', created_at: start + 1 };
      assert.deepEqual(await passwordRowOf(database, user.id), row);
      const facts = await credentialsStore.getPasswordMetadata(database, scope, user.id);
      assert.deepEqual(facts, { setBy: 'Camille', setAt: start + 1 });
      assert.equal(await credentialsStore.replace(database, scope, user.id, 1, own), true);
      const { user: last } = (await findForSignIn(user))!;
      assert.deepEqual([last.password, last.temporaryUntil, last.epoch], ['own', null, 2]);
      const ownRow = { secret: 'own hash', set_by: null, created_at: start + 2 };
      assert.deepEqual(await passwordRowOf(database, user.id), ownRow);
    });

    const histories: [label: string, kinds: readonly ('own' | 'temporary')[], previous: string | null][] = [
      ['before any change', [], null],
      ['after a reset', ['temporary'], 'a hash'],
      ['after a reset and a change', ['temporary', 'own'], 'a hash'],
      ['after two resets', ['temporary', 'temporary'], 'a hash'],
      ['after a change', ['own'], 'a hash'],
      ['after two changes', ['own', 'own'], 'hash 0'],
      ['after two changes and a reset', ['own', 'own', 'temporary'], 'hash 1'],
    ];
    for (const [label, kinds, previous] of histories) {
      test(`remember the previous password that the user chose, if any: ${label}`, async () => {
        const user = await addUser({ password: 'own', temporaryUntil: null, passwordHash: 'a hash' });
        for (const [epoch, kind] of kinds.entries()) {
          const next = kind === 'own' ? { ...own, hash: `hash ${epoch}` } : temporary;
          assert.equal(await credentialsStore.replace(database, scope, user.id, epoch, next), true);
        }
        const asked: string[] = [];
        const hasher = { verify: (hash: string) => Promise.resolve(asked.push(hash) > 0) };
        const isPrevious = await passwordHashesStore.isPreviousPassword(database, hasher, user.id, 'any');
        assert.deepEqual([isPrevious, asked], previous === null ? [false, []] : [true, [previous]]);
      });
    }

    test('are not replaced if the epoch differs', async () => {
      const user = await addUser();
      await credentialsStore.replace(database, scope, user.id, 0, own);
      for (const epoch of [0, 2, -1]) {
        assert.equal(await credentialsStore.replace(database, scope, user.id, epoch, temporary), false);
      }
      assert.equal(await passwordHashOf(database, user.id), 'own hash');
      assert.equal((await findForSignIn(user))?.user.epoch, 1);
    });

    test('are replaced by only one of 20 concurrent requests', async () => {
      const user = await addUser();
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          database.transaction((tx) => credentialsStore.replace(tx, scope, user.id, 0, { ...own, hash: `hash ${n}` })),
        ),
      );
      assert.equal(results.filter(Boolean).length, 1);
      const found = (await findForSignIn(user))!;
      assert.equal(found.user.epoch, 1);
      assert.equal(await passwordHashOf(database, user.id), `hash ${results.indexOf(true)}`);
    });

    test('cannot be replaced for a user of another tenant, a deleted user or an unknown user', async () => {
      const stranger = await addUser({}, elsewhere);
      const gone = await addUser({ state: 'deleted' });
      for (const id of [stranger.id, gone.id, randomUUID(), '', "' or 1=1 --"]) {
        assert.equal(await credentialsStore.replace(database, scope, id, 0, temporary), false);
      }
      assert.equal(await passwordHashOf(database, stranger.id), 'first hash');
      assert.equal(await passwordHashOf(database, gone.id), 'first hash');
    });

    test('are found by findOwn only in the user’s tenant', async () => {
      const user = await addUser();
      assert.equal((await credentialsStore.findOwn(database, actingAs(scope, user)))?.user.id, user.id);
      assert.equal(await credentialsStore.findOwn(database, actingAs(elsewhere, user)), null);
      assert.equal(await credentialsStore.findOwn(database, scope), null);
    });

    test('are rehashed only if the password has not changed since it was verified', async () => {
      const user = await addUser();
      await database.transaction((tx) => credentialsStore.rehash(tx, { id: user.id, epoch: 1 }, 'stronger'));
      assert.equal(await passwordHashOf(database, user.id), 'first hash');
      await database.transaction((tx) => credentialsStore.rehash(tx, { id: user.id, epoch: 0 }, 'stronger'));
      const row = { secret: 'stronger', set_by: null, created_at: start };
      assert.deepEqual(await passwordRowOf(database, user.id), row);
      assert.equal((await findForSignIn(user))?.user.epoch, 0);
    });

    test('are verified inside the store, against a decoy hash if the user has none', async () => {
      const user = await addUser({ passwordHash: 'stored' });
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
      for (const absent of [null, randomUUID()])
        assert.deepEqual(await check(absent, 'right'), { matches: false, isOutdated: false });
      assert.deepEqual(compared, ['stored', 'stored', 'decoy', 'decoy']);
    });

    test('include at most one password per user', async () => {
      const user = await addUser();
      const second = { user_id: user.id, kind: 'password', secret: 'second', created_at: start };
      await assert.rejects(database.knex('credentials').insert(second));
      assert.equal(await passwordHashOf(database, user.id), 'first hash');
    });

    test('of another tenant expose no password metadata', async () => {
      const stranger = await addUser({}, elsewhere);
      await assert.rejects(credentialsStore.getPasswordMetadata(database, scope, stranger.id), { kind: 'notFound' });
    });

    test('require a user name that is unique across all tenants', async () => {
      const user = await addUser();
      const twice = newUser({ username: user.username });
      await assert.rejects(usersStore.insert(database, elsewhere, twice));
      assert.equal((await findForSignIn(user))?.user.id, user.id);
    });

    test('do not appear in database errors, which contain no values at all', async () => {
      const user = await addUser({ passwordHash: '$argon2id$canary' });
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
