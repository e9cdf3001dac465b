import assert from 'node:assert/strict';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import { load } from 'cheerio';
import { sendRaw } from '../support/responses.ts';
import { dataDirectory, json, runProcess, serve } from './command.ts';
import { get, halfAForm, linkOf, untilStopping } from './talk.ts';

describe('serve, on an empty data directory', async () => {
  const environment = { DATA_DIR: dataDirectory() };
  const served = await serve(environment);

  test('says where it is, with a link to set up the first organization', () => {
    const lines = served.output().trim().split('\n');
    assert.equal(lines[0], `Parvis: worldwide on http://localhost:${served.port}`);
    assert.ok(linkOf(served));
    assert.equal(lines.length, 2);
  });

  test('logs one JSON object a line on standard error, the link not among them', () => {
    const lines = served
      .errors()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.ok(lines.every(({ region }) => region === 'worldwide'));
    assert.ok(!served.errors().includes(linkOf(served) ?? ''));
  });

  test('lives, is ready and shows its pages', async () => {
    assert.deepEqual(await get(served.origin, '/healthz'), { status: 200, body: '{"ok":true}' });
    assert.deepEqual(await get(served.origin, '/readyz'), { status: 200, body: '{"ok":true,"missing":[]}' });
    assert.equal((await get(served.origin, '/sign-in')).status, 200);
    assert.equal((await get(served.origin, linkOf(served) ?? '')).status, 200);
    assert.equal((await get(served.origin, '/set-up/'.padEnd(51, 'x'))).status, 404);
  });

  test('keeps what it made for its owner alone', () => {
    assert.equal(statSync(path.join(environment.DATA_DIR, 'session-secret')).mode & 0o777, 0o600);
    assert.equal(statSync(environment.DATA_DIR).mode & 0o077, 0);
  });

  test('refuses headers of more than 16 KiB', async () => {
    const { status } = await sendRaw(served.origin, '/sign-in', { headers: { X: 'x'.repeat(17_000) } });
    assert.equal(status, 431);
  });

  test('goes on while commands work on the same data, 10 at once, and sees what they did', async () => {
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
    for (let round = 0; round < 2; round++) {
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
    assert.equal(users.length, 11);
    assert.equal((await get(served.origin, linkOf(served) ?? '')).status, 404, 'a tenant by command closes the link');
  });

  test('lets somebody in whom a command has just added', async () => {
    const { username, temporaryPassword } = await json<Record<'username' | 'temporaryPassword', string>>(
      ['user', 'reset-password', 'ada@a.example'],
      environment,
    );
    let cookie = '';
    const step = async (address: string, fields: Record<string, string>) => {
      const page = await fetch(served.origin + address, { headers: { Cookie: cookie } });
      cookie = page.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
      const _csrf = load(await page.text())('input[name=_csrf]').attr('value') ?? '';
      const body = new URLSearchParams({ _csrf, ...fields });
      const answer = await fetch(served.origin + address, {
        method: 'POST',
        body,
        headers: { Cookie: cookie },
        redirect: 'manual',
      });
      cookie =
        answer.headers
          .getSetCookie()
          .find((each) => each.includes('session'))
          ?.split(';')[0] ?? cookie;
      return answer.headers.get('location');
    };
    assert.equal(await step('/sign-in', { username }), '/sign-in/password');
    assert.equal(await step('/sign-in/password', { password: temporaryPassword }), '/dashboard');
    const { headers } = await fetch(`${served.origin}/dashboard`, { headers: { Cookie: cookie }, redirect: 'manual' });
    assert.equal(headers.get('location'), '/change-password');
  });

  test('stops at a signal: what is under way is finished, idle connections are not waited for, exit 0', async () => {
    const [form, idle] = [
      await halfAForm(served.port),
      await Promise.all(Array.from({ length: 20 }, () => halfAForm(served.port))),
    ];
    for (const each of idle) each.socket.destroy();
    const keptAlive = connect(served.port, '127.0.0.1');
    keptAlive.on('error', () => undefined);
    keptAlive.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(keptAlive, 'data');
    served.child.kill('SIGTERM');
    await untilStopping(served.origin);
    // While the form is still under way: were the connection waited for, the form would be cut off first.
    await once(keptAlive, 'close');
    form.finish();
    assert.match(await form.answer, /^HTTP\/1\.1 403 [^]*<\/html>\s*$/);
    assert.equal(await served.ended, 0);
    await assert.rejects(fetch(`${served.origin}/healthz`));
  });
});
