import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readConfig } from '../../src/platform/config/config.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { generateUsers } from '../../tools/demo/generated-users.ts';
import { seededRandom } from '../../tools/demo/names.ts';
import { seedGeneratedTenant, seedWithoutIndexes } from '../../tools/demo/seed-generated-tenant.ts';
import { isUsername } from '../../src/domain/people/user.ts';
import { eachDialect, newTenant, open, start, worldwide } from '../data/databases.ts';
import { postgres } from '../support/services.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { passwordHashOf } from '../support/credentials.ts';

const databases = eachDialect(await postgres());
const { config: portal } = readConfig({});

test('generated users have unique user names and depend only on the seed, except for their IDs', () => {
  const drawn = (seed: number) => {
    const people = generateUsers(
      { domain: 'a.example', rules: worldwide, now: start, passwordHash: '' },
      seededRandom(seed),
    );
    return Array.from({ length: 5_000 }, () => ({ ...people.next().value, id: '' }));
  };
  const people = drawn(7);
  assert.deepEqual(drawn(7), people);
  assert.notDeepEqual(drawn(8), people);
  assert.equal(new Set(people.map(({ username }) => username)).size, 5_000);
  assert.ok(people.every(({ username }) => isUsername(username)));
  for (const state of ['active', 'blocked', 'deleted']) assert.ok(people.some((user) => user.state === state));
  assert.ok(people.every(({ lastSignInAt, createdAt }) => createdAt < start && (lastSignInAt ?? 0) <= start));
});

for (const { dialect, config, skip } of databases) {
  describe(`a generated tenant on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);

    test('is filled without indexes, which are recreated afterwards', async () => {
      const before = await indexesOf(database);
      const hashes = ['first', 'others'] as const;
      const tenant = { name: 'Big', domain: 'big.example', users: 1_234, passwordHashes: hashes };
      await seedWithoutIndexes(database, async () => {
        assert.ok((await indexesOf(database)).length < before.length);
        const username = await seedGeneratedTenant(database, portal!, tenant, { now: start, seed: 1 });
        const admin = await credentialsStore.findForSignInAcrossTenants(database, username);
        const hash = await passwordHashOf(database, admin!.user.id);
        assert.deepEqual([hash, admin?.user.administratorLevel], ['first', 'global']);
      });
      assert.deepEqual(await indexesOf(database), before);
      const [row] = await database.knex('users').count<{ count: number }[]>({ count: '*' });
      assert.equal(Number(row?.count), 1_234);
    });

    test('is listed completely and in order for the operator', async () => {
      const [tenant] = await tenantsStore.listForOperator(database);
      const users = await Array.fromAsync(usersStore.listByName(database, tenant!.id));
      const rows = await database.knex('users').whereNot('state', 'deleted').orderBy(['name_key', 'id']).select('id');
      assert.ok(rows.length > 1_000 && tenant?.users === rows.length);
      assert.deepEqual(
        users.map(({ id }) => id),
        rows.map(({ id }: { id: string }) => id),
      );
      const scope = await newTenant(database);
      assert.deepEqual(await Array.fromAsync(usersStore.listByName(database, scope.tenant.id)), []);
    });
  });
}

async function indexesOf({ knex, dialect }: Database): Promise<unknown[]> {
  return dialect === 'sqlite'
    ? knex('sqlite_master').where({ type: 'index' }).orderBy('name').select('name', 'sql')
    : knex('pg_indexes').where({ schemaname: 'public' }).orderBy('indexname').select('indexname', 'indexdef');
}
