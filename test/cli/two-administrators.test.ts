import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { openDatabase } from '../../src/platform/database/open.ts';
import { rulesFolder } from '../../src/platform/config/rules.ts';
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

describe('a tenant without two Global admins who can approve', () => {
  const worldwide = JSON.parse(readFileSync(path.join(rulesFolder, 'worldwide.json'), 'utf8')) as object;
  const file = path.join(path.dirname(DATA_DIR), 'strict.json');
  const twoAdministrators = { for: ['export'], deleteMoreThan: 5, withinHours: 24 };
  writeFileSync(file, JSON.stringify({ ...worldwide, region: 'germany', twoAdministrators }));
  const strict = { DATA_DIR: dataDirectory(), REGION: 'germany', REGION_RULES: file };
  const needed = /^The rules require two administrators for some actions\. No one can approve/m;
  const addTenant = (domain: string): string[] => [
    ...['tenant', 'add', '--name', domain, '--domain', domain, '--language', 'en'],
    ...['--admin-name', 'Ada', '--admin-username', `ada@${domain}`],
  ];

  test('is mentioned when it is added, if the rules of the region require two administrators', async () => {
    assert.match((await run(addTenant('b.example'), strict)).stdout, needed);
    assert.doesNotMatch((await run(addTenant('b.example'), environment)).stdout, needed);
  });

  test('is mentioned when it is moved in', async () => {
    const { tenantId: moving } = await json<Added>(addTenant('c.example'), environment);
    const { recipient } = await json<{ recipient: string }>(['region', 'key'], strict);
    const { fingerprint } = await json<{ fingerprint: string }>(['region', 'key'], environment);
    const bundle = path.join(path.dirname(DATA_DIR), 'c.age');
    const urls = { REGION_URLS: 'worldwide=http://localhost:3000,germany=http://localhost:3001' };
    const order = ['--to', 'germany', '--recipient', recipient, '--passwords', 'keep', '--file', bundle];
    await json(['tenant', 'move-out', moving, ...order], { ...environment, ...urls });
    const { stdout, stderr } = await run(['tenant', 'move-in', bundle, '--accept-key', fingerprint], {
      ...strict,
      ...urls,
      BASE_URL: 'http://localhost:3001',
    });
    assert.equal(stderr, '');
    assert.match(stdout, needed);
  });
});
