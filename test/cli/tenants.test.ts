import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseTemporaryPassword } from '../../src/domain/people/password.ts';
import { dataDirectory, fault, json, run } from './command.ts';
import { type Added, type ListedTenant, listTenants, listUsers, lumiere, optionsOf } from './listings.ts';

const environment = { DATA_DIR: dataDirectory() };

const tenants = (): Promise<ListedTenant[]> => listTenants(environment);

const added = await json<Added>(['tenant', 'add', ...optionsOf(lumiere), '--domain', 'atelier.example'], environment);
const withoutJson = await run(
  [
    'tenant',
    'add',
    ...optionsOf({
      ...lumiere,
      name: 'Kiesel GmbH',
      domain: 'kiesel.example',
      language: 'de',
      'admin-username': 'ada@kiesel.example',
    }),
  ],
  environment,
);

describe('the tenant commands', () => {
  test('add --json prints the tenant, its first Global admin and the temporary password', async () => {
    assert.deepEqual(Object.keys(added), ['tenantId', 'userId', 'username', 'temporaryPassword']);
    assert.equal(added.username, 'camille@lumiere.example');
    assert.equal(parseTemporaryPassword(added.temporaryPassword), added.temporaryPassword);
    const [admin, ...others] = await listUsers(environment, added.tenantId);
    assert.deepEqual(others, []);
    assert.deepEqual([admin?.id, admin?.administratorLevel, admin?.status], [added.userId, 'global', 'passwordChange']);
  });

  test('add prints the temporary password once, and nothing to standard error', () => {
    assert.deepEqual([withoutJson.code, withoutJson.stderr], [0, '']);
    assert.equal(withoutJson.stdout.match(/[A-Z2-9]{4}(-[A-Z2-9]{4}){4}/g)?.length, 1);
    assert.match(withoutJson.stdout, /ada@kiesel\.example/);
  });

  test('list prints the domains, status and number of users of each tenant', async () => {
    const [first, second] = await tenants();
    assert.deepEqual(first, {
      id: added.tenantId,
      name: 'Ateliers Lumière',
      domains: ['atelier.example', 'lumiere.example'],
      status: 'active',
      users: 1,
    });
    assert.deepEqual([second?.name, second?.users], ['Kiesel GmbH', 1]);
    assert.match((await run(['tenant', 'list'], environment)).stdout, /Ateliers Lumière/);
  });

  test('suspend and resume print the updated tenant', async () => {
    for (const [command, status] of [
      ['suspend', 'suspended'],
      ['resume', 'active'],
    ] as const) {
      const confirmed = command === 'suspend' ? ['--yes'] : [];
      const args = ['tenant', command, added.tenantId, ...confirmed];
      const { tenants: changed } = await json<{ tenants: ListedTenant[] }>(args, environment);
      assert.deepEqual(
        changed.map((each) => [Object.keys(each), each.id, each.status]),
        [[['id', 'name', 'domains', 'status', 'users'], added.tenantId, status]],
      );
      assert.equal((await tenants()).find(({ id }) => id === added.tenantId)?.status, status);
    }
  });

  test('report invalid input in one line and write nothing', async () => {
    const before = await tenants();
    const wrong: [change: Record<string, string>, words: RegExp][] = [
      [{ name: '' }, /1 to 200/],
      [{ name: '\u200B \u202E' }, /1 to 200/],
      [{ name: 'x'.repeat(201) }, /1 to 200/],
      [{ domain: 'no domain' }, /domain/],
      [{ domain: 'localhost' }, /domain/],
      [{ domain: 'LUMIERE.example' }, /already/],
      [{ domain: 'new.example', language: 'it' }, /language/],
      [{ domain: 'new.example', 'admin-username': 'ada@other.example' }, /domain/],
      [{ domain: 'new.example', 'admin-username': 'zoé@new.example' }, /Before the @/],
      [{ domain: 'new.example', 'admin-username': '' }, /Before the @|user name/],
      [{ domain: 'new.example', 'admin-username': 'ada@new.example', 'admin-name': ' ' }, /name|1 to 200/],
    ];
    for (const [change, words] of wrong) {
      assert.match(
        await fault(['tenant', 'add', ...optionsOf({ ...lumiere, ...change })], environment),
        words,
        JSON.stringify(change),
      );
    }
    for (const command of ['suspend', 'resume']) {
      assert.match(await fault(['tenant', command, 'nobody'], environment), /doesn’t exist/);
    }
    assert.match(await fault(['tenant', 'add', '--name', 'Only'], environment), /required option/);
    assert.deepEqual(await tenants(), before);
  });

  test('also print a fault as a JSON object if --json is given', async () => {
    const { code, stdout, stderr } = await run(['tenant', 'suspend', 'nobody', '--json'], environment);
    const { ok, faults } = JSON.parse(stdout) as { ok: boolean; faults: string[] };
    assert.deepEqual([code, ok, `${faults.join('\n')}\n`], [1, false, stderr]);
  });
});
