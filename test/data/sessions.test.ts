import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, test } from 'node:test';
import type { SessionData } from 'express-session';
import { purge } from '../../src/core/retention/expired.store.ts';
import { absoluteLimitMs, idleLimitMs } from '../../src/domain/regions.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { TableStore } from '../../src/site/http/session-store/table-store.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open, start, worldwide, withoutPassword } from './databases.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as sessionsStore from '../../src/core/accounts/stores/sessions.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import type { NewUser } from '../../src/core/accounts/stores/users.mapping.ts';

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`sessions on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const scope = await newTenant(database);
    const elsewhere = await newTenant(database);

    async function addUser(into: Scope = scope): Promise<NewUser> {
      const user = newUser();
      await usersStore.insert(database, into, user);
      return user;
    }
    async function openSession(user: NewUser, at = start): Promise<string> {
      const id = randomUUID();
      await sessionsStore.open(database, {
        id,
        userId: user.id,
        address: '192.0.2.1',
        device: 'Firefox',
        method: 'pwd',
        at,
      });
      return id;
    }
    const isLive = async (id: string): Promise<boolean> =>
      (await sessionsStore.findLiveAcrossTenants(database, id)) !== null;

    test('are returned with their user and tenant, without the password hash', async () => {
      const user = await addUser();
      const id = await openSession(user, start + 5);
      const live = await sessionsStore.findLiveAcrossTenants(database, id);
      const shown = withoutPassword(user);
      assert.deepEqual(live, {
        id,
        createdAt: start + 5,
        seenAt: start + 5,
        amr: ['pwd'],
        authTime: start + 5,
        user: {
          ...shown,
          ...{
            tenantId: scope.tenant.id,
            epoch: 0,
            version: 1,
            deletedAt: null,
            lastSignInAt: start + 5,
            secondFactorAt: null,
            secondFactorDue: false,
            globalAdminUntil: null,
            updatedAt: start,
          },
        },
        tenant: { ...scope.tenant, kind: 'partner', state: 'active', ownRules: {} },
        support: null,
        supportEnd: null,
      });
      assert.equal(await sessionsStore.findLiveAcrossTenants(database, randomUUID()), null);
    });

    test('immediately reflect changes to the epoch, the tenant and the last request', async () => {
      const user = await addUser();
      const id = await openSession(user);
      await credentialsStore.replace(database, scope, user.id, 0, { kind: 'own', hash: 'x', at: start });
      await tenantsStore.setState(database, scope.tenant.id, 'suspended');
      await sessionsStore.updateLastSeen(database, id, start + 60_000);
      const live = await sessionsStore.findLiveAcrossTenants(database, id);
      await tenantsStore.setState(database, scope.tenant.id, 'active');
      assert.deepEqual(
        [live?.user.epoch, live?.tenant.state, live?.seenAt, live?.createdAt],
        [1, 'suspended', start + 60_000, start],
      );
    });

    test('can be ended individually or together without affecting other users', async () => {
      const [user, other] = [await addUser(), await addUser()];
      const [one, two, three, foreign] = [
        await openSession(user),
        await openSession(user),
        await openSession(user),
        await openSession(other),
      ];
      await sessionsStore.end(database, one);
      assert.deepEqual(await Promise.all([one, two, three, foreign].map(isLive)), [false, true, true, true]);
      await sessionsStore.endAllOfUser(database, scope, user.id, two);
      assert.deepEqual(await Promise.all([two, three, foreign].map(isLive)), [true, false, true]);
      await sessionsStore.endAllOfUser(database, scope, user.id, null);
      assert.deepEqual(await Promise.all([two, foreign].map(isLive)), [false, true]);
    });

    test('of another tenant cannot be ended', async () => {
      const stranger = await addUser(elsewhere);
      const id = await openSession(stranger);
      await sessionsStore.endAllOfUser(database, scope, stranger.id, null);
      assert.equal(await isLive(id), true);
    });

    test('are deleted once they exceed the idle or absolute limit', async () => {
      const user = await addUser();
      const now = start + 100 * 3_600_000;
      const [idle, old] = [idleLimitMs(worldwide), absoluteLimitMs(worldwide)];
      const at = async (createdAt: number, seenAt: number): Promise<string> => {
        const id = await openSession(user, createdAt);
        await sessionsStore.updateLastSeen(database, id, seenAt);
        return id;
      };
      const ids = [
        await at(now, now),
        await at(now - old, now - idle),
        await at(now - idle - 1, now - idle - 1),
        await at(now - old - 1, now),
      ];
      await purge(database, worldwide, now);
      assert.deepEqual(await Promise.all(ids.map(isLive)), [true, true, false, false]);
      await Promise.all([purge(database, worldwide, now), purge(database, worldwide, now)]);
      assert.deepEqual(await Promise.all(ids.map(isLive)), [true, true, false, false]);
    });

    describe('the session store of express-session', () => {
      const clock = { now: start };
      const ttl = (session: SessionData): number => ('passport' in session ? 3_600_000 : 60_000);
      const store = new TableStore(database, ttl, () => clock.now);
      const get = promisify(store.get.bind(store));
      const set = promisify((key: string, data: object, done: (error?: unknown) => void) =>
        store.set(key, data as SessionData, done),
      );
      const destroy = promisify(store.destroy.bind(store));

      test('stores, replaces and destroys a session', async () => {
        assert.equal(await get('a'), null);
        await set('a', { username: 'ada', cookie: { path: '/' } });
        assert.deepEqual(await get('a'), { username: 'ada', cookie: { path: '/' } });
        await set('a', { username: 'zoé "\u2028\\' });
        assert.deepEqual(await get('a'), { username: 'zoé "\u2028\\' });
        await destroy('a');
        assert.equal(await get('a'), null);
        await destroy('a');
      });

      test('expires a visitor’s session sooner than a user’s', async () => {
        await set('visitor', {});
        await set('user', { passport: {} });
        clock.now += 59_999;
        assert.deepEqual([await get('visitor'), await get('user')], [{}, { passport: {} }]);
        clock.now += 1;
        assert.deepEqual([await get('visitor'), await get('user')], [null, { passport: {} }]);
        await purge(database, worldwide, clock.now + 1);
        const left = await database.knex('sessions').select<{ key: string }[]>('key');
        assert.deepEqual(left, [{ key: 'user' }]);
      });

      test('accepts 20 concurrent writes', async () => {
        await Promise.all(Array.from({ length: 20 }, (_, n) => set('busy', { n })));
        assert.equal(typeof ((await get('busy')) as { n?: number } | null)?.n, 'number');
      });
    });
  });
}
