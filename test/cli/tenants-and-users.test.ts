import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parseTemporaryPassword } from '../../src/domain/people/password.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { dataDirectory, fault, json, run } from './command.ts';

const environment = { DATA_DIR: dataDirectory() };

interface Added {
  readonly tenantId: string;
  readonly userId: string;
  readonly username: string;
  readonly temporaryPassword: string;
}

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly domains: string[];
  readonly status: string;
  readonly users: number;
}

interface ListedUser extends Record<string, unknown> {
  readonly id: string;
  readonly username: string;
  readonly status: string;
}

const tenants = async (): Promise<Listed[]> =>
  (await json<{ tenants: Listed[] }>(['tenant', 'list'], environment)).tenants;
const usersOf = async (id: string): Promise<ListedUser[]> =>
  (await json<{ users: ListedUser[] }>(['user', 'list', '--tenant', id], environment)).users;

const options = (values: Record<string, string>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
const lumiere = {
  ...{ name: 'Ateliers Lumière', domain: 'lumiere.example', language: 'fr' },
  ...{ 'admin-name': 'Camille Laurent', 'admin-username': 'Camille@Lumiere.Example' },
};

const added = await json<Added>(['tenant', 'add', ...options(lumiere), '--domain', 'atelier.example'], environment);
const withoutJson = await run(
  [
    'tenant',
    'add',
    ...options({
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
    const [admin, ...others] = await usersOf(added.tenantId);
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
      const { tenants: changed } = await json<{ tenants: Listed[] }>(args, environment);
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
        await fault(['tenant', 'add', ...options({ ...lumiere, ...change })], environment),
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

  test('print a fault as a JSON object as well if --json is given', async () => {
    const { code, stdout, stderr } = await run(['tenant', 'suspend', 'nobody', '--json'], environment);
    const { ok, faults } = JSON.parse(stdout) as { ok: boolean; faults: string[] };
    assert.deepEqual([code, ok, `${faults.join('\n')}\n`], [1, false, stderr]);
  });
});

describe('the user commands', () => {
  const zoe = { tenant: added.tenantId, username: 'Zoe@atelier.example', name: 'Zoé  Besson' };

  test('add creates a user with the given levels and language and a temporary password', async () => {
    const values = { ...zoe, 'administrator-level': 'userManagement', 'agent-level': 'sales', language: 'de' };
    const user = await json<Omit<Added, 'tenantId'>>(['user', 'add', ...options(values)], environment);
    assert.deepEqual(Object.keys(user), ['userId', 'username', 'temporaryPassword']);
    const listed = (await usersOf(added.tenantId)).find(({ id }) => id === user.userId);
    assert.deepEqual(listed, {
      id: user.userId,
      username: 'zoe@atelier.example',
      name: 'Zoé Besson',
      status: 'passwordChange',
      administratorLevel: 'userManagement',
      agentLevel: 'sales',
      language: 'de',
      lastSignInAt: null,
    });
  });

  test('add creates a user without levels by default', async () => {
    const plain = { tenant: added.tenantId, username: 'plain@atelier.example', name: 'Plain' };
    const { userId } = await json<Added>(['user', 'add', ...options(plain)], environment);
    const listed = (await usersOf(added.tenantId)).find(({ id }) => id === userId);
    assert.deepEqual([listed?.administratorLevel, listed?.agentLevel, listed?.language], ['none', 'none', null]);
  });

  test('reset-password prints a new password each time and ignores case and spaces in the user name', async () => {
    const first = await json<Added>(['user', 'reset-password', 'zoe@atelier.example'], environment);
    const second = await json<Added>(['user', 'reset-password', ' ZOE@Atelier.example '], environment);
    assert.deepEqual(Object.keys(second), ['userId', 'username', 'temporaryPassword']);
    assert.equal(first.userId, second.userId);
    assert.notEqual(first.temporaryPassword, second.temporaryPassword);
  });

  test('report invalid input in one line and write nothing', async () => {
    const before = await usersOf(added.tenantId);
    const wrong: [change: Record<string, string>, words: RegExp][] = [
      [{ tenant: 'nobody' }, /doesn’t exist/],
      [{ username: 'zoe@atelier.example' }, /already in use/],
      [{ username: 'ada@kiesel.example' }, /already in use|domain/],
      [{ username: 'new@elsewhere.example' }, /domain/],
      [{ username: 'not a name' }, /Before the @/],
      [{ username: 'new@atelier.example', name: '' }, /name|1 to 200/],
      [{ username: 'new@atelier.example', name: '\u202E' }, /name|1 to 200/],
      [{ username: 'new@atelier.example', 'administrator-level': 'root' }, /allowed choices/i],
      [{ username: 'new@atelier.example', 'agent-level': 'global' }, /allowed choices/i],
      [{ username: 'new@atelier.example', language: 'it' }, /allowed choices/i],
    ];
    for (const [change, words] of wrong) {
      assert.match(
        await fault(['user', 'add', ...options({ ...zoe, ...change })], environment),
        words,
        JSON.stringify(change),
      );
    }
    assert.match(await fault(['user', 'reset-password', 'nobody@atelier.example'], environment), /User not found/);
    assert.match(await fault(['user', 'list', '--tenant', 'nobody'], environment), /Tenant not found/);
    assert.deepEqual(await usersOf(added.tenantId), before);
  });

  test('say until when a deleted user can be restored', async () => {
    const gone = { tenant: added.tenantId, username: 'gone@atelier.example', name: 'Gone' };
    const { userId } = await json<Added>(['user', 'add', ...options(gone)], environment);
    const deletedAt = Date.now() - 1_000;
    const setDeletedAt = async (at: number): Promise<void> => {
      const database = openDatabase({ kind: 'sqlite', file: path.join(environment.DATA_DIR, 'parvis.sqlite') });
      await database.knex('users').where({ id: userId }).update({ state: 'deleted', deleted_at: at });
      await database.close();
    };
    await setDeletedAt(deletedAt);
    const until = new Date(deletedAt + 30 * 86_400_000).toISOString();
    const error = `gone@atelier.example is deleted and will be erased permanently at ${until}. Until then an administrator can restore the user.`;
    assert.equal(await fault(['user', 'add', ...options(gone)], environment), error);
    assert.equal(await fault(['user', 'reset-password', gone.username], environment), error);
    assert.equal(await fault(['user', 'remove-second-factor', gone.username], environment), error);
  });
});
