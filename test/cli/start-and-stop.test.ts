import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../tools/prove/free-port.ts';
import { dataDirectory, fault, run, serve, start } from './command.ts';
import { get, startIncompleteForm, setUpLinkOf, waitUntilStopping } from './server-requests.ts';

describe('serve, again and otherwise', () => {
  test('prints a new link while there is no organization: the old one opens nothing', async () => {
    const environment = { DATA_DIR: dataDirectory() };
    const first = await serve(environment);
    first.child.kill('SIGTERM');
    assert.equal(await first.ended, 0);
    const second = await serve(environment);
    assert.notEqual(setUpLinkOf(second), setUpLinkOf(first));
    assert.equal((await get(second.origin, setUpLinkOf(first) ?? '')).status, 404);
    assert.equal((await get(second.origin, setUpLinkOf(second) ?? '')).status, 200);
    second.child.kill('SIGINT');
    assert.equal(await second.ended, 0);
  });

  test('a second signal ends it, whatever is under way', async () => {
    const served = await serve({ DATA_DIR: dataDirectory() });
    const form = await startIncompleteForm(served.port);
    served.child.kill('SIGTERM');
    await waitUntilStopping(served.origin);
    served.child.kill('SIGTERM');
    // A stop that had waited for the form would end with 0.
    assert.equal(await served.ended, 1);
    assert.equal(await form.answer, '');
  });

  test('a form that is never finished is cut off: the stop comes before the time limit of requests', async () => {
    const served = await serve({ DATA_DIR: dataDirectory() });
    const form = await startIncompleteForm(served.port);
    served.child.kill('SIGTERM');
    assert.equal(await served.ended, 0);
    // The time limit of requests would have answered with 408.
    assert.equal(await form.answer, '');
  });

  test('refuses to start with all its faults at once, one line each, and makes nothing', async () => {
    const environment = {
      DATA_DIR: dataDirectory(),
      PORT: '99999',
      BASE_URL: 'http://company.example',
      SESSION_SECRETS: 'canary',
      REGION: 'atlantis',
    };
    const { code, stdout, stderr } = await run(['serve'], environment);
    assert.deepEqual([code, stdout], [1, '']);
    assert.deepEqual(
      stderr
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0])
        .sort(),
      ['BASE_URL', 'PORT', 'REGION', 'SESSION_SECRETS'],
    );
    assert.doesNotMatch(stderr, /canary/);
    assert.equal(existsSync(environment.DATA_DIR), false);
  });

  test('ends with one line when its port is taken, its session store away or not', async () => {
    const served = await serve({ DATA_DIR: dataDirectory() });
    const PORT = String(served.port);
    const cache = `redis://127.0.0.1:${await freePort()}`;
    const taken: Record<string, string>[] = [{ PORT }, { PORT, REDIS_URL: cache }];
    for (const environment of taken) {
      const child = await fault(['serve'], { DATA_DIR: dataDirectory(), LOG_LEVEL: 'silent', ...environment });
      assert.match(child, /EADDRINUSE|in use/);
    }
    served.child.kill('SIGTERM');
    assert.equal(await served.ended, 0);
  });

  test('starts without its session store, and is not ready', async () => {
    const REDIS_URL = `redis://127.0.0.1:${await freePort()}`;
    const served = await serve({ DATA_DIR: dataDirectory(), REDIS_URL, LOG_LEVEL: 'silent' });
    const readiness = await get(served.origin, '/readyz');
    assert.deepEqual(readiness, { status: 503, body: '{"ok":false,"missing":["sessions"]}' });
    assert.equal((await get(served.origin, '/healthz')).status, 200);
    served.child.kill('SIGTERM');
    assert.equal(await served.ended, 0);
  });

  test('four that start together on the same new data all come up, with one secret', async () => {
    const DATA_DIR = dataDirectory();
    const all = await Promise.all(Array.from({ length: 4 }, () => serve({ DATA_DIR })));
    const statuses = await Promise.all(all.map(({ origin }) => get(origin, '/readyz')));
    assert.deepEqual(
      statuses.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    for (const { child, ended } of all) {
      child.kill('SIGTERM');
      assert.equal(await ended, 0);
    }
  });

  test('a signal while it is still starting ends it', async () => {
    const child = start(['serve'], { DATA_DIR: dataDirectory(), PORT: String(await freePort()) });
    await wait(150);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    assert.ok(child.exitCode !== null || child.signalCode === 'SIGTERM');
  });
});
