import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../tools/prove/free-port.ts';
import { dataDirectory, fault, runProcess, serve, start, type Served } from './command.ts';
import {
  get,
  logLines,
  startIncompleteForm,
  setUpLinkOf,
  untilSetUpLink,
  waitUntilStopping,
} from './server-requests.ts';

describe('two successive starts without a tenant', { concurrency: false }, () => {
  const environment = { DATA_DIR: dataDirectory() };
  let [first, second]: (Served | undefined)[] = [];

  test('an address that is not available is reported in one line that names the setting', async () => {
    first = await untilSetUpLink(await serve(environment));
    const PORT = String(first.port);
    const foreign = 'is not an address of this machine';
    const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
    const other = createServer().on('error', () => undefined);
    if (hasIpv6) await once(other.listen(first.port, '::1'), 'listening');
    const inUse = `PORT: 127.0.0.1:${PORT} is in use by another process`;
    const cases: readonly [Record<string, string>, string][] = [
      [{ PORT }, inUse],
      [{ PORT, REDIS_URL: `redis://127.0.0.1:${await freePort()}` }, inUse],
      [
        { PORT, HOST: '::1' },
        hasIpv6 ? `PORT: [::1]:${PORT} is in use by another process` : `HOST: [::1]:${PORT} ${foreign}`,
      ],
      [{ PORT, HOST: '2001:db8::1' }, `HOST: [2001:db8::1]:${PORT} ${foreign}`],
      [{ PORT, HOST: 'no-host.invalid' }, `HOST: no-host.invalid:${PORT} ${foreign}`],
    ];
    for (const [environment, sentence] of cases) {
      const line = await fault(['serve'], { DATA_DIR: dataDirectory(), LOG_LEVEL: 'silent', ...environment });
      const [logged] = logLines(line);
      assert.deepEqual(
        [logged?.level, logged?.setting, logged?.msg],
        [60, sentence.split(':', 1)[0], `Parvis cannot start. ${sentence}`],
      );
    }
    other.close();
  });

  test('the log says what started, when it was ready, and how it stopped', async () => {
    assert.ok(first);
    first.child.kill('SIGTERM');
    assert.equal(await first.ended, 0);
    const lines = logLines(first.errors());
    assert.deepEqual(
      lines.map(({ msg }) => msg),
      ['Parvis starts', 'Database migrations were run', 'Parvis is ready', 'Parvis stops', 'Parvis has stopped'],
    );
    for (const { pid, hostname, version, region } of lines)
      assert.deepEqual([pid, typeof hostname, version, region], [first.child.pid, 'string', '0.1.0', 'worldwide']);
    const [, migrated, ready, stops, stopped] = lines;
    assert.ok((migrated?.migrations as string[]).length > 0);
    assert.deepEqual([ready?.database, ready?.sessions, ready?.port], ['SQLite', 'database', first.port]);
    assert.deepEqual([stops?.signal, stopped?.signal, typeof stopped?.ms], ['SIGTERM', 'SIGTERM', 'number']);
  });

  test('each start prints a new set-up link and invalidates the previous one', async () => {
    assert.ok(first);
    second = await untilSetUpLink(await serve(environment));
    assert.notEqual(setUpLinkOf(second), setUpLinkOf(first));
    assert.equal((await get(second.origin, setUpLinkOf(first) ?? '')).status, 404);
    assert.equal((await get(second.origin, setUpLinkOf(second) ?? '')).status, 200);
  });

  test('a start on a port in use leaves the set-up link of the running process valid', async () => {
    assert.ok(second);
    await fault(['serve'], { ...environment, LOG_LEVEL: 'silent', PORT: String(second.port) });
    assert.equal((await get(second.origin, setUpLinkOf(second) ?? '')).status, 200);
  });

  test('SIGINT stops the server', async () => {
    second?.child.kill('SIGINT');
    assert.equal(await second?.ended, 0);
  });
});

describe('two processes that start at the same time on a new data directory', { concurrency: false }, () => {
  const DATA_DIR = dataDirectory();
  let [one, other]: (Served | undefined)[] = [];

  // The long-running test starts four processes.
  test('both become ready', async () => {
    [one, other] = await Promise.all([serve({ DATA_DIR }), serve({ DATA_DIR })]);
    for (const { origin } of [one, other]) assert.equal((await get(origin, '/readyz')).status, 200);
  });

  test('an incomplete request does not delay shutdown until the request timeout', async () => {
    assert.ok(one);
    const form = await startIncompleteForm(one.port);
    one.child.kill('SIGTERM');
    assert.equal(await one.ended, 0);
    // A request timeout would have caused a 408 response.
    assert.equal(await form.answer, '');
  });

  test('a second signal stops the server immediately', async () => {
    assert.ok(other);
    const form = await startIncompleteForm(other.port);
    other.child.kill('SIGTERM');
    await waitUntilStopping(other.origin);
    other.child.kill('SIGTERM');
    // The exit code would be 0 if the server had waited for the form.
    assert.equal(await other.ended, 1);
    assert.equal(await form.answer, '');
  });
});

describe('starting and stopping serve', () => {
  test('an invalid configuration is reported in one JSON line per fault, and no files are created', async () => {
    const environment = {
      DATA_DIR: dataDirectory(),
      PORT: '99999',
      BASE_URL: 'http://company.example',
      SESSION_SECRETS: 'canary',
      REGION: 'atlantis',
    };
    const { code, stdout, stderr } = await runProcess(['serve'], environment);
    assert.deepEqual([code, stdout], [1, '']);
    assert.deepEqual(
      logLines(stderr)
        .map(({ setting }) => setting)
        .sort(),
      ['BASE_URL', 'PORT', 'REGION', 'SESSION_SECRETS'],
    );
    for (const { level, msg, setting } of logLines(stderr)) {
      assert.equal(level, 60);
      assert.ok(String(msg).startsWith(`Parvis cannot start. ${String(setting)}: `));
    }
    assert.doesNotMatch(stderr, /canary/);
    assert.equal(existsSync(environment.DATA_DIR), false);
  });

  test(
    'a server waits for the check of new passwords, and does not start without it',
    { timeout: 60_000 },
    async () => {
      const preload = pathToFileURL(path.join(import.meta.dirname, '../support/broken-worker.preload.ts')).href;
      const environment = {
        DATA_DIR: dataDirectory(),
        PORT: String(await freePort()),
        NODE_OPTIONS: `--import=${preload}`,
      };
      const { code, stdout, stderr } = await runProcess(['serve'], environment);
      assert.deepEqual([code, stdout], [1, '']);
      const reasons = logLines(stderr).map(({ level, msg, err }) => [level, msg, (err as Error | undefined)?.message]);
      assert.deepEqual(reasons.at(-1), [60, 'Parvis cannot start', 'the worker cannot load']);
      assert.equal(stderr.includes('Parvis is ready'), false);
    },
  );

  test('the server starts without its session store but is not ready', async () => {
    const REDIS_URL = `redis://127.0.0.1:${await freePort()}`;
    const served = await serve({ DATA_DIR: dataDirectory(), REDIS_URL, LOG_LEVEL: 'silent' });
    const readiness = await get(served.origin, '/readyz');
    assert.deepEqual(readiness, { status: 503, body: '{"ok":false,"missing":["sessions"]}' });
    assert.equal((await get(served.origin, '/healthz')).status, 200);
    served.child.kill('SIGTERM');
    assert.equal(await served.ended, 0);
  });

  test('SIGTERM during startup terminates the server', async () => {
    const child = start(['serve'], { DATA_DIR: dataDirectory(), PORT: String(await freePort()) });
    await wait(150);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    assert.ok(child.exitCode !== null || child.signalCode === 'SIGTERM');
  });
});
