import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { restoreWindowMs } from '../../src/domain/regions.ts';
import { createScope, type Scope } from '../../src/domain/scope.ts';
import { createErasure } from '../../src/core/personal-data/erasure.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { createUserActions } from '../../src/core/accounts/users/user-actions.ts';
import { postgres } from '../support/services.ts';
import { actingAs, eachDialect, newTenant, newUser, open, start, worldwide } from './databases.ts';
import type { ScopeTenant } from '../../src/domain/tenant.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { interrupt } from '../support/interrupt.ts';
import { operator } from '../../src/domain/principal.ts';
import type { NewUser } from '../../src/core/accounts/stores/users.mapping.ts';

const windowMs = restoreWindowMs(worldwide);
const never = new AbortController().signal;

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the purge of deleted users on ${dialect}`, { skip }, () => {
    let opened: ReturnType<typeof open> | null = null;
    // On PostgreSQL every node has its own connections. An SQLite file is used by one process.
    const connect = (): ReturnType<typeof open> =>
      config.kind === 'sqlite' ? (opened ??= open(config)) : open(config);

    /**
     * Creates a node of the portal with its clock at `now`.
     * @param onceListed called after the users to erase were listed
     */
    async function createNode(now: number, onceListed?: () => unknown) {
      const { database } = await connect();
      const listing = /^select .* where users\.state = 'deleted'/;
      const purged = onceListed ? interrupt(database, listing, { after: onceListed }) : database;
      const scopeOf = (tenant: ScopeTenant): Scope =>
        createScope({
          rules: worldwide,
          language: 'en',
          requestId: randomUUID(),
          now,
          address: null,
          tenant,
          principal: operator,
        });
      const erasure = createErasure({
        ...{ database: purged, rules: worldwide, scopeOf, transport: null },
        throttle: createThrottle(database, worldwide, () => Date.now()),
        clock: () => now,
      });
      const changes = createUserActions({ database, clock: () => now });
      return {
        database,
        changes,
        purge: (stopping = never) => erasure.purge.purge(now, stopping, () => {}),
        step: erasure.purge,
      };
    }
    type Node = Awaited<ReturnType<typeof createNode>>;

    async function deletedUsers({ database }: Node, scope: Scope, count: number): Promise<NewUser[]> {
      const users = Array.from({ length: count }, () => newUser({ state: 'deleted', deletedAt: start }));
      for (const user of users) await usersStore.insert(database, scope, user);
      return users;
    }
    const purged = async ({ database }: Node, scope: Scope): Promise<{ target_id: string; personal: string }[]> =>
      database.knex('activity').where({ tenant_id: scope.tenant.id, kind: 'user.purged' });

    it('erases deleted users after their restore window but not before', async () => {
      const early = await createNode(start + windowMs - 1);
      const scope = await newTenant(early.database);
      const [user] = (await deletedUsers(early, scope, 1)) as [NewUser];
      const active = newUser();
      await usersStore.insert(early.database, scope, active);
      await early.purge();
      assert.ok(await usersStore.findDeleted(early.database, scope, user.id));
      const late = await createNode(start + windowMs);
      await assert.rejects(late.changes.restore(scope, user.id), { kind: 'notFound' });
      await late.purge();
      assert.equal(await usersStore.findDeleted(late.database, scope, user.id), null);
      assert.ok(await usersStore.find(late.database, scope, active.id));
      const [entry, ...more] = await purged(late, scope);
      assert.deepEqual([entry?.target_id, entry?.personal, more], [user.id, '{"address":null}', []]);
      await usersStore.insert(late.database, scope, { ...newUser(), username: user.username });
    });

    it('erases each user once, even on several nodes and in several tenants', async () => {
      const nodes = await Promise.all([1, 2, 3].map(() => createNode(start + windowMs)));
      const [node] = nodes as [Node, Node, Node];
      const scopes = [await newTenant(node.database), await newTenant(node.database)];
      for (const scope of scopes) await deletedUsers(node, scope, 60);
      await Promise.all(nodes.map(({ purge }) => purge()));
      for (const scope of scopes) {
        const targets = (await purged(node, scope)).map(({ target_id }) => target_id);
        assert.deepEqual([targets.length, new Set(targets).size], [60, 60]);
        assert.equal(await usersStore.countDeleted(node.database, scope), 0);
      }
    });

    it('never succeeds together with a concurrent restore of the same user', async () => {
      const [before, after] = [await createNode(start + windowMs - 1), await createNode(start + windowMs)];
      const scope = await newTenant(before.database);
      const boss = newUser({ administratorLevel: 'global' });
      await usersStore.insert(before.database, scope, boss);
      for (let round = 0; round < 40; round++) {
        const [user] = (await deletedUsers(before, scope, 1)) as [NewUser];
        const restore = (): Promise<unknown> =>
          before.changes.restore(actingAs(scope, boss), user.id).then(
            ({ outcome }) => outcome,
            (error: unknown) => (error as { kind: string }).kind,
          );
        const [first, second] = round % 2 === 0 ? [restore, after.purge] : [after.purge, restore];
        const results = await Promise.all([first(), second()]);
        const restored = results.includes('done');
        const kept = await usersStore.find(before.database, scope, user.id);
        const entries = (await purged(before, scope)).filter(({ target_id }) => target_id === user.id);
        assert.deepEqual([kept !== null, entries.length], restored ? [true, 0] : [false, 1], JSON.stringify(results));
        assert.ok(restored || results.includes('notFound'));
      }
    });

    it('keeps a user who was restored and deleted again after the purge had listed them', async () => {
      const node = await createNode(start);
      const scope = await newTenant(node.database);
      const again = newUser({ state: 'deleted', deletedAt: start });
      await usersStore.insert(node.database, scope, again);
      const later = { deleted_at: start + 1 };
      // A separate connection is needed, because the listing holds the only connection to SQLite.
      const { database: other } = await open(config);
      const late = await createNode(start + windowMs, () => other.knex('users').where({ id: again.id }).update(later));
      await late.purge();
      const listed = await node.database
        .knex<{ id: string }>('users')
        .where({ id: again.id, ...later })
        .select('id');
      assert.deepEqual(listed, [{ id: again.id }], 'the user was changed after being listed');
      assert.ok(await usersStore.findDeleted(node.database, scope, again.id));
    });

    it('counts the users due for erasure under the restore window of each tenant, and all users', async () => {
      const node = await createNode(start + windowMs);
      await node.purge();
      const all = await node.step.limit.count();
      const [scope, stricter, moving] = [
        await newTenant(node.database),
        await newTenant(node.database),
        await newTenant(node.database),
      ];
      await tenantsStore.setOwnRules(node.database, stricter, { restoreWindowDays: 1 });
      await tenantsStore.setState(node.database, moving.tenant.id, 'moving');
      for (const each of [scope, stricter, moving]) {
        await deletedUsers(node, each, 1);
        await usersStore.insert(node.database, each, newUser({ state: 'deleted', deletedAt: start + windowMs / 2 }));
        await usersStore.insert(node.database, each, newUser());
      }
      assert.deepEqual(await node.step.countDue(start + windowMs), { erasedUsers: 3 });
      assert.equal(await node.step.limit.count(), all + 9);
      await node.purge();
      assert.deepEqual(await node.step.countDue(start + windowMs), { erasedUsers: 0 });
    });

    it('stops between two users on shutdown', async () => {
      const node = await createNode(start + windowMs);
      const scope = await newTenant(node.database);
      await deletedUsers(node, scope, 3);
      await node.purge(AbortSignal.abort());
      assert.equal(await usersStore.countDeleted(node.database, scope), 3);
    });
  });
}
