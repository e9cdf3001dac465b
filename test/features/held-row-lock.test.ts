import assert from 'node:assert/strict';
import { after, afterEach, describe, it } from 'node:test';
import type { Knex } from 'knex';
import { openDatabase } from '../../src/platform/database/open.ts';
import { isUnavailable } from '../../src/platform/database/unavailable.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { userOperationsOf } from '../support/user-operations.ts';

const server = await postgres();

describe(
  'a row that another program has locked, on PostgreSQL',
  { skip: skipWithout('postgres', server) },
  async () => {
    if (server === null) return;
    const portal = await openPortal({ databaseUrl: server.url });
    const { database } = portal;
    const { actions, bulk, users } = userOperationsOf(portal);
    const other = openDatabase({ kind: 'postgres', url: server.url });
    after(() => other.close());

    /** Locks rows on a separate connection until the returned function is called. */
    async function hold(lock: (knex: Knex) => Knex.QueryBuilder): Promise<() => Promise<void>> {
      const transaction = await other.knex.transaction();
      await lock(transaction).forUpdate();
      const release = async (): Promise<void> => {
        await transaction.rollback();
      };
      held.push(release);
      return release;
    }
    // Locks are released even after a failed test, because they would keep the process from exiting.
    const held: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const release of held.splice(0)) await release();
    });

    /** Waits until one of the portal's statements is waiting for a lock. */
    async function untilBlocked(): Promise<void> {
      const waiting = () => other.knex('pg_stat_activity').where({ wait_event_type: 'Lock', datname: databaseName });
      while ((await waiting()).length === 0);
    }
    const databaseName = new URL(server.url).pathname.slice(1);

    interface Case {
      readonly title: string;
      readonly lock?: (user: TestUser) => (knex: Knex) => Knex.QueryBuilder;
      readonly work: (tenant: TestTenant, user: TestUser) => Promise<unknown>;
    }

    const userRow =
      ({ id }: TestUser) =>
      (knex: Knex) =>
        knex('users').where({ id });
    const cases: readonly Case[] = [
      { title: 'an edit of the user', work: ({ scope }, { id }) => actions.block(scope, id) },
      { title: 'a password reset', work: ({ scope }, { id }) => users.resetPassword(scope, id, null) },
      { title: 'a bulk action', work: ({ scope }, { id }) => bulk(scope, 'block', [id]) },
      { title: 'ten edits of the user', work: ({ scope }, { id }) => tenTimes(() => actions.block(scope, id)) },
      { title: 'a sign-in by the user', work: (_tenant, user) => signIn(user) },
      {
        title: 'an edit that ends a locked session',
        lock: (user) => (knex) => knex('user_sessions').where({ user_id: user.id }),
        work: ({ scope }, { id }) => actions.endSessions(scope, id),
      },
    ];

    const tenTimes = (work: () => Promise<unknown>) => Promise.all(Array.from({ length: 10 }, work));

    async function signIn(user: TestUser): Promise<void> {
      const person = await aPerson(portal).signIn(user);
      assert.deepEqual([person.status, person.path], [200, '/dashboard']);
    }

    for (const { title, lock = userRow, work } of cases) {
      it(`makes ${title} wait, but not the sign-ins of other users in the tenant`, async () => {
        const tenant = await aTenant(portal);
        const [held, zoe, ada] = [
          await aUser(portal, tenant),
          await aUser(portal, tenant),
          await aUser(portal, tenant),
        ];
        await signIn(held);
        const order: string[] = [];
        const release = await hold(lock(held));
        const waiting = work(tenant, held).then(() => order.push('work'));
        await untilBlocked();
        await Promise.all([
          signIn(zoe).then(() => order.push('sign-in')),
          signIn(ada).then(() => order.push('sign-in')),
        ]);
        order.push('released');
        await release();
        await waiting;
        assert.deepEqual(order, ['sign-in', 'sign-in', 'released', 'work']);
      });
    }

    it('makes an edit fail as unavailable, without writing anything, if the lock is not released', async () => {
      const tenant = await aTenant(portal);
      const held = await aUser(portal, tenant);
      const release = await hold(userRow(held));
      await assert.rejects(actions.block(tenant.scope, held.id), (error: Error & { code?: string }) => {
        assert.deepEqual([error.code, isUnavailable(error)], ['55P03', true]);
        return true;
      });
      await release();
      assert.deepEqual(await database.knex('users').where({ id: held.id }).pluck('state'), ['active']);
    });
  },
);
