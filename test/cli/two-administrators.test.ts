import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { openDatabase } from '../../src/platform/database/open.ts';
import { dataDirectory, json, run } from './command.ts';

const DATA_DIR = dataDirectory();
const environment = { DATA_DIR };

interface Added {
  readonly tenantId: string;
  readonly userId: string;
}

const { tenantId, userId } = await json<Added>(
  [
    ...['tenant', 'add', '--name', 'A', '--domain', 'a.example', '--language', 'en'],
    ...['--admin-name', 'Ada', '--admin-username', 'ada@a.example'],
  ],
  environment,
);

async function set(table: string, id: string, values: object): Promise<void> {
  const database = openDatabase({ kind: 'sqlite', file: path.join(DATA_DIR, 'parvis.sqlite') });
  await database.knex(table).where({ id }).update(values);
  await database.close();
}

const reset = ['user', 'reset-password', 'ada@a.example'];
const remove = ['user', 'remove-second-factor', 'ada@a.example', '--yes'];
const bypassed = /two administrators.*This command bypasses that rule\./;

describe('the operator’s commands that replace credentials', () => {
  test('do not mention a second administrator if the rules require only one', async () => {
    const { code, stdout } = await run(reset, environment);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /two administrators/);
  });

  const levels: [label: string, values: object, says: boolean][] = [
    ['a Global admin', {}, true],
    [
      'a user who was a Global admin until a minute ago',
      { administrator_level: 'none', global_admin_until: Date.now() - 60_000 },
      true,
    ],
    ['a user who was a Global admin years ago', { administrator_level: 'none', global_admin_until: 1 }, false],
    ['a user who was never a Global admin', { administrator_level: 'none', global_admin_until: null }, false],
  ];
  for (const [label, values, says] of levels)
    test(`succeed and ${says ? 'mention' : 'do not mention'} that they bypass the second administrator: ${label}`, async () => {
      await set('tenants', tenantId, { own_rules: '{"resetGlobalAdmin":"two"}' });
      await set('users', userId, { second_factor_at: 1, ...values });
      for (const command of [reset, remove]) {
        const { code, stdout, stderr } = await run(command, environment);
        assert.deepEqual([code, stderr], [0, '']);
        assert.equal(bypassed.test(stdout), says, stdout);
      }
      assert.deepEqual(Object.keys(await json<object>(reset, environment)), [
        'userId',
        'username',
        'temporaryPassword',
      ]);
    });
});
