import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { findCommand } from '../../tools/demo/cluster/commands.ts';
import { spawnManaged, type ManagedProcess } from '../../tools/demo/cluster/managed-process.ts';
import { createRedisConnection } from '../../src/site/http/session-store/redis-connection.ts';
import { aPerson, type Person } from '../support/person.ts';
import { redis, skipWithout } from '../support/services.ts';
import type { PortalWithUsers } from './portal-with-users.ts';
import { cleanups, portalOn } from './redis-portal.ts';

const english = { 'Accept-Language': 'en' };

const statusOf = async ({ send }: PortalWithUsers, person: Person, path = '/dashboard'): Promise<number> =>
  (await send({ method: 'GET', path, person })).status;

/** Polls until the condition is true. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let asked = 0; !(await isTrue().catch(() => false)); asked++) {
    assert.ok(asked < 200);
    await wait(50);
  }
}

/** While Redis is unavailable, pages that need a session respond with 503, and all other pages still work. */
async function assertUnavailable(fixture: PortalWithUsers, user: Person, visitor: Person): Promise<void> {
  const { send, global } = fixture;
  for (let round = 0; round < 3; round++) {
    const result = await Promise.all(Array.from({ length: 10 }, () => statusOf(fixture, user)));
    assert.deepEqual([...new Set(result)], [503]);
  }
  const form = { _csrf: visitor.csrf, password: global.clearPassword };
  const result = await send({ method: 'POST', path: '/sign-in/password', person: visitor, form });
  assert.equal(result.status, 503);
  assert.equal(result.headers.location, undefined);
  assert.equal(await statusOf(fixture, user, '/healthz'), 200);
  assert.equal(await statusOf(fixture, user, '/assets/none.css'), 503, 'the page for a missing file needs a session');
}

const server = await redis();

describe('a frozen Redis server', { skip: skipWithout('redis', server?.pid ?? null) }, async () => {
  const fixture = await portalOn(server?.url ?? '');
  const { portal, global } = fixture;
  const pid = server?.pid ?? 0;

  test('makes signed-in pages respond with 503 immediately, until the portal reconnects automatically', async () => {
    const user = await aPerson(portal, english).signIn(global);
    const visitor = await aPerson(portal, english).visit('/sign-in');
    await visitor.send('POST', '/sign-in', { username: global.username });
    process.kill(pid, 'SIGSTOP');
    try {
      await assertUnavailable(fixture, user, visitor);
      await assert.rejects(fixture.proveWritable());
      await wait(2_500);
      await assertUnavailable(fixture, user, visitor);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until(async () => (await statusOf(fixture, user)) === 200);
    assert.equal((await aPerson(portal, english).signIn(global)).path, '/dashboard');
  });
});

describe('a process that is busy', { skip: skipWithout('redis', server) }, async () => {
  const reported: unknown[] = [];
  const fixture = await portalOn(server?.url ?? '', (error) => void reported.push(error));
  const { portal, global } = fixture;

  /** Blocks the event loop, as a long computation does. */
  function block(ms: number): void {
    const end = performance.now() + ms;
    while (performance.now() < end);
  }

  // Other tests have frozen the server since the portal was opened, so wait until it is available again.
  before(async () => {
    await until(async () => fixture.proveWritable().then(() => true));
    reported.length = 0;
  });

  test('does not report a healthy Redis as failed', async () => {
    const user = await aPerson(portal, english).signIn(global);
    for (let round = 0; round < 3; round++) {
      const asked = statusOf(fixture, user);
      block(1_500);
      assert.deepEqual([await asked, await statusOf(fixture, user)], [200, 200]);
      await fixture.proveWritable();
      // Vary the time, so that the process continues in the middle of a ping or between two pings.
      await wait(130 * round);
    }
    assert.deepEqual(reported, []);
  });

  test('does not count the time during which it cannot read the response to a ping', async (context) => {
    const connection = await createRedisConnection(server?.url ?? '', (error) => void reported.push(error));
    cleanups.push(() => connection.close());
    let pings = 0;
    const ping = connection.client.ping.bind(connection.client);
    context.mock.method(connection.client, 'ping', () => {
      const answer = ping();
      pings++;
      block(1_000);
      return answer;
    });
    connection.connect();
    await until(() => Promise.resolve(pings >= 2));
    assert.deepEqual(reported, []);
  });

  test('connects to Redis even if it was blocked in the meantime', async () => {
    const second = portalOn(server?.url ?? '', (error) => void reported.push(error));
    await new Promise((resolve) => setImmediate(resolve));
    block(1_500);
    const { proveWritable } = await second;
    await until(async () => proveWritable().then(() => true));
    assert.deepEqual(reported, []);
  });
});

const binary = findCommand('redis-server');

describe('a Redis server that dies', { skip: skipWithout('redis', binary) }, () => {
  const port = 20_000 + (process.pid % 20_000);

  async function start(): Promise<ManagedProcess> {
    const folder = await mkdtemp(path.join(tmpdir(), 'parvis-redis-'));
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
    const server = await spawnManaged(binary ?? '', args, { folder });
    cleanups.push(server.stop);
    return server;
  }

  test('makes pages respond with 503 until a new server replaces it on the same port', async () => {
    const fixture = await portalOn(`redis://127.0.0.1:${port}`);
    const { portal, global, send } = fixture;
    await assert.rejects(fixture.proveWritable());
    const early = await send({ method: 'GET', path: '/sign-in' });
    assert.ok([200, 503].includes(early.status), 'a page without a session may still be shown');

    const first = await start();
    await until(async () => fixture.proveWritable().then(() => true));
    const user = await aPerson(portal, english).signIn(global);
    assert.equal(user.path, '/dashboard');
    const visitor = await aPerson(portal, english).visit('/sign-in');
    await visitor.send('POST', '/sign-in', { username: global.username });

    process.kill(first.pid, 'SIGKILL');
    await until(async () => (await statusOf(fixture, user)) === 503);
    await assertUnavailable(fixture, user, visitor);

    await start();
    const newcomer = aPerson(portal, english);
    await until(async () => (await newcomer.signIn(global)).path === '/dashboard');
    assert.equal((await user.visit('/dashboard')).path, '/sign-in', 'the lost session requires a new sign-in');
  });
});
