import assert from 'node:assert/strict';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { freePort } from '../../tools/prove/free-port.ts';
import { openSubscribedDatabase } from '../../src/core/open-database.ts';
import { createScope } from '../../src/domain/scope.ts';
import { newUser, worldwide } from '../data/databases.ts';
import { dataDirectory, json, run, runProcess, start } from './command.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { operator } from '../../src/domain/principal.ts';

// Tests that need a real process. All other tests of the commands run them within the test process.
const environment = { DATA_DIR: dataDirectory() };
const names = ['--name', 'Kiesel', '--domain', 'kiesel.example', '--language', 'de', '--admin-name', 'Ada'];
const { tenantId } = await json<{ tenantId: string }>(
  ['tenant', 'add', ...names, '--admin-username', 'ada@kiesel.example'],
  environment,
);
await addMany(environment.DATA_DIR, tenantId);

describe('a command that runs as a process', () => {
  test('prints only JSON to standard output and exits with 0', async () => {
    const { code, stdout, stderr } = await runProcess(['tenant', 'list', '--json'], environment);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^[^\n]+\n$/);
    assert.equal(stdout, (await run(['tenant', 'list', '--json'], environment)).stdout);
  });

  test('prints a fault to standard error and as JSON to standard output, and exits with 1', async () => {
    const { code, stdout, stderr } = await runProcess(['tenant', 'suspend', 'nobody', '--json'], environment);
    assert.deepEqual([code, stderr], [1, 'This organization doesn’t exist.\n']);
    assert.deepEqual(JSON.parse(stdout), { ok: false, faults: ['This organization doesn’t exist.'] });
  });

  test('exits with 0 after --help and with 1 for an unknown command', async () => {
    const help = await runProcess(['user', 'list', '--help'], {});
    assert.deepEqual([help.code, help.stderr], [0, '']);
    assert.equal(help.stdout, (await run(['user', 'list', '--help'], {})).stdout);
    const unknown = await runProcess(['nonsense'], {});
    assert.deepEqual([unknown.code, unknown.stdout, unknown.stderr], [1, '', "error: unknown command 'nonsense'\n"]);
  });

  test('exits with 1 if it reports a fault without throwing an error', async () => {
    const { code, stdout, stderr } = await runProcess(['rules', 'check', '/nowhere.json'], {});
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /cannot be read/);
  });

  test('reads standard input', async () => {
    const routes = [{ domain: 'alpha.example', region: 'germany' }];
    const args = ['route', 'import', '-', '--unsigned', '--json'];
    const { code, stdout } = await runProcess(args, environment, JSON.stringify({ routes }));
    assert.deepEqual([code, JSON.parse(stdout)], [0, { routes }]);
  });

  test('exits if its database and session store are unreachable', async () => {
    const secret = 'canary-'.repeat(6);
    const { code, stdout, stderr } = await runProcess(['check'], {
      ...{ DATA_DIR: dataDirectory(), SESSION_SECRETS: secret, SECOND_FACTOR_KEYS: secret },
      DATABASE_URL: `postgres://ada:canary@localhost:${await freePort()}/parvis`,
      REDIS_URL: `redis://:canary@localhost:${await freePort()}`,
    });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^DATABASE_URL: .+\nREDIS_URL: .+\n$/);
  });

  describe('a command whose output pipe is closed early', () => {
    const long = ['user', 'list', '--tenant', tenantId];

    for (const [label, args] of [
      ['lines', long],
      ['JSON', [...long, '--json']],
      ['an export', ['activity', 'export', '--tenant', tenantId]],
    ] as const) {
      test(`exits silently with 0: ${label}`, async () => {
        const child = start(args, environment);
        const [errors] = [text(child.stderr!), once(child, 'close')];
        // Each command prints more than the 64 KiB that a pipe buffers.
        await once(child.stdout!, 'readable');
        child.stdout!.destroy();
        await once(child, 'exit');
        assert.deepEqual([await errors, child.exitCode], ['', 0]);
      });
    }
  });
});

async function addMany(directory: string, id: string): Promise<void> {
  const database = openSubscribedDatabase({ kind: 'sqlite', file: path.join(directory, 'parvis.sqlite') });
  try {
    const tenant = { id, name: 'Kiesel', language: 'de' } as const;
    const request = { language: 'de', requestId: 'r', address: null, now: Date.now() } as const;
    const scope = createScope({ rules: worldwide, ...request, tenant, principal: operator });
    const people = Array.from({ length: 3_000 }, (_, n) => newUser({ username: `user${n}@kiesel.example` }));
    await usersStore.insertMany(database, scope, people);
    for (let entries = 0; entries < 500; entries++)
      await activityStore.record(database, scope, { kind: 'signOut' }, null, Date.now());
  } finally {
    await database.close();
  }
}
