import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { openDatabase } from '../../src/platform/database/open.ts';
import { dataDirectory, fault, json } from './command.ts';
import { type Added, listUsers, lumiere, optionsOf } from './listings.ts';

const environment = { DATA_DIR: dataDirectory() };
const added = await json<Added>(['tenant', 'add', ...optionsOf(lumiere), '--domain', 'atelier.example'], environment);
const kiesel = { name: 'Kiesel GmbH', domain: 'kiesel.example', 'admin-username': 'ada@kiesel.example' };
await json(['tenant', 'add', ...optionsOf({ ...lumiere, ...kiesel })], environment);

describe('the user commands', () => {
  const zoe = { tenant: added.tenantId, username: 'Zoe@atelier.example', name: 'Zoé  Besson' };

  test('add creates a user with the given levels and language and a temporary password', async () => {
    const values = { ...zoe, 'administrator-level': 'userManagement', 'agent-level': 'sales', language: 'de' };
    const user = await json<Omit<Added, 'tenantId'>>(['user', 'add', ...optionsOf(values)], environment);
    assert.deepEqual(Object.keys(user), ['userId', 'username', 'temporaryPassword']);
    const listed = (await listUsers(environment, added.tenantId)).find(({ id }) => id === user.userId);
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
    const { userId } = await json<Added>(['user', 'add', ...optionsOf(plain)], environment);
    const listed = (await listUsers(environment, added.tenantId)).find(({ id }) => id === userId);
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
    const before = await listUsers(environment, added.tenantId);
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
        await fault(['user', 'add', ...optionsOf({ ...zoe, ...change })], environment),
        words,
        JSON.stringify(change),
      );
    }
    assert.match(await fault(['user', 'reset-password', 'nobody@atelier.example'], environment), /User not found/);
    assert.match(await fault(['user', 'list', '--tenant', 'nobody'], environment), /Tenant not found/);
    assert.deepEqual(await listUsers(environment, added.tenantId), before);
  });

  test('report the time until which a deleted user can be restored', async () => {
    const gone = { tenant: added.tenantId, username: 'gone@atelier.example', name: 'Gone' };
    const { userId } = await json<Added>(['user', 'add', ...optionsOf(gone)], environment);
    const deletedAt = Date.now() - 1_000;
    const setDeletedAt = async (at: number): Promise<void> => {
      const database = openDatabase({ kind: 'sqlite', file: path.join(environment.DATA_DIR, 'parvis.sqlite') });
      await database.knex('users').where({ id: userId }).update({ state: 'deleted', deleted_at: at });
      await database.close();
    };
    await setDeletedAt(deletedAt);
    const until = new Date(deletedAt + 30 * 86_400_000).toISOString();
    const error = `gone@atelier.example is deleted and will be erased permanently at ${until}. Until then an administrator can restore the user.`;
    assert.equal(await fault(['user', 'add', ...optionsOf(gone)], environment), error);
    assert.equal(await fault(['user', 'reset-password', gone.username], environment), error);
    assert.equal(await fault(['user', 'remove-second-factor', gone.username], environment), error);
  });
});
