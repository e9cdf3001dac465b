import assert from 'node:assert/strict';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import { rounds } from '../support/rounds.ts';
import { sendRaw } from '../support/responses.ts';
import { dataDirectory, json, runProcess, serve } from './command.ts';
import { get, startIncompleteForm, setUpLinkOf, untilSetUpLink, visit, waitUntilStopping } from './server-requests.ts';

/** The number of times that five commands run concurrently. */
const batches = Math.min(2, Math.ceil(rounds / 10));

describe('the serve command on an empty data directory', async () => {
  const environment = { DATA_DIR: dataDirectory() };
  const served = await untilSetUpLink(await serve(environment));

  test('prints its address and the set-up link', () => {
    const lines = served.output().trim().split('\n');
    assert.equal(lines[0], `Parvis: worldwide on http://localhost:${served.port}`);
    assert.ok(setUpLinkOf(served));
    assert.equal(lines.length, 2);
  });

  test('logs JSON Lines to standard error, without the set-up link', () => {
    const lines = served
      .errors()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.ok(lines.every(({ region }) => region === 'worldwide'));
    assert.ok(!served.errors().includes(setUpLinkOf(served) ?? ''));
  });

  test('responds to health checks and serves its pages', async () => {
    assert.deepEqual(await get(served.origin, '/healthz'), { status: 200, body: '{"ok":true}' });
    assert.deepEqual(await get(served.origin, '/readyz'), { status: 200, body: '{"ok":true,"missing":[]}' });
    assert.equal((await get(served.origin, '/sign-in')).status, 200);
    assert.equal((await get(served.origin, setUpLinkOf(served) ?? '')).status, 200);
    assert.equal((await get(served.origin, '/set-up/'.padEnd(51, 'x'))).status, 404);
  });

  test('creates files that only their owner can read', () => {
    assert.equal(statSync(path.join(environment.DATA_DIR, 'session-secret')).mode & 0o777, 0o600);
    assert.equal(statSync(environment.DATA_DIR).mode & 0o077, 0);
  });

  test('refuses headers of more than 16 KiB', async () => {
    const { status } = await sendRaw(served.origin, '/sign-in', { headers: { X: 'x'.repeat(17_000) } });
    assert.equal(status, 431);
  });

  test('keeps serving while commands change the same data, and shows their changes', async () => {
    const added = await json<{ tenantId: string; username: string }>(
      [
        'tenant',
        'add',
        '--name',
        'A',
        '--domain',
        'a.example',
        '--language',
        'en',
        '--admin-name',
        'Ada',
        '--admin-username',
        'ada@a.example',
      ],
      environment,
    );
    let asking = true;
    const answers = new Set<number>();
    const asked = (async () => {
      while (asking) answers.add((await get(served.origin, '/sign-in')).status);
    })();
    const add = (n: number) =>
      runProcess(
        ['user', 'add', '--tenant', added.tenantId, '--username', `user${n}@a.example`, '--name', `User ${n}`],
        environment,
      );
    for (let round = 0; round < batches; round++) {
      const outcomes = await Promise.all(Array.from({ length: 5 }, (_, n) => add(round * 5 + n)));
      assert.deepEqual(
        outcomes.map(({ code, stderr }) => [code, stderr]),
        outcomes.map(() => [0, '']),
      );
    }
    asking = false;
    await asked;
    assert.deepEqual([...answers], [200]);
    const { users } = await json<{ users: unknown[] }>(['user', 'list', '--tenant', added.tenantId], environment);
    assert.equal(users.length, 1 + batches * 5);
    assert.equal(
      (await get(served.origin, setUpLinkOf(served) ?? '')).status,
      404,
      'adding a tenant by command invalidates the set-up link',
    );
  });

  test('accepts a temporary password that a command has just issued', async () => {
    const { username, temporaryPassword } = await json<Record<'username' | 'temporaryPassword', string>>(
      ['user', 'reset-password', 'ada@a.example'],
      environment,
    );
    const { header, step } = visit(served.origin);
    assert.equal(await step('/sign-in', { username }), '/sign-in/password');
    assert.equal(await step('/sign-in/password', { password: temporaryPassword }), '/dashboard');
    const { headers } = await fetch(`${served.origin}/dashboard`, { headers: header(), redirect: 'manual' });
    assert.equal(headers.get('location'), '/change-password');
  });

  test('completes pending requests on SIGTERM, closes idle connections and exits with 0', async () => {
    const [form, idle] = [
      await startIncompleteForm(served.port),
      await Promise.all(Array.from({ length: 20 }, () => startIncompleteForm(served.port))),
    ];
    for (const each of idle) each.socket.destroy();
    const keptAlive = connect(served.port, '127.0.0.1');
    keptAlive.on('error', () => undefined);
    keptAlive.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(keptAlive, 'data');
    served.child.kill('SIGTERM');
    await waitUntilStopping(served.origin);
    // The idle connection must close while the form is still pending.
    await once(keptAlive, 'close');
    form.finish();
    assert.match(await form.answer, /^HTTP\/1\.1 403 [^]*<\/html>\s*$/);
    assert.equal(await served.ended, 0);
    await assert.rejects(fetch(`${served.origin}/healthz`));
  });
});
