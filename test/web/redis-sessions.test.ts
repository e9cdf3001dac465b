import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { createClient } from 'redis';
import { builtInRulesFile, readRules } from '../../src/platform/config/rules.ts';
import { sessionTtlMs } from '../../src/site/http/session.ts';
import { openRedisSessions } from '../../src/site/http/session-store/redis-store.ts';
import { spawnManaged, type ManagedProcess } from '../../tools/demo/cluster/managed-process.ts';
import { aPerson, type Person } from '../support/person.ts';
import { findCommand } from '../../tools/demo/cluster/commands.ts';
import { redis, skipWithout } from '../support/services.ts';
import { openPortalWithUsers, type PortalWithUsers } from './portal-with-users.ts';

const english = { 'Accept-Language': 'en' };
const ttlMs = sessionTtlMs(readRules(builtInRulesFile('worldwide')!).rules!);

const cleanups: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of cleanups.reverse()) await close();
});

async function portalOn(url: string) {
  const sessions = await openRedisSessions(url, ttlMs, pino({ level: 'silent' }));
  cleanups.push(() => sessions.close());
  return {
    ...(await openPortalWithUsers({ sessionStore: () => sessions.store })),
    proveWritable: () => sessions.proveWritable(),
  };
}

const statusOf = async ({ send }: PortalWithUsers, person: Person, path = '/dashboard'): Promise<number> =>
  (await send({ method: 'GET', path, person })).status;

/** Polls until the condition is true. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let asked = 0; !(await isTrue().catch(() => false)); asked++) {
    assert.ok(asked < 200);
    await wait(50);
  }
}

/** While Redis is unavailable, pages that need a session respond with 503, and others still work. */
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

/** The session ID in the browser's cookie. */
function idOf(person: Person): string {
  const [, id = ''] = /parvis-worldwide-session=s:([^.]+)\./.exec(decodeURIComponent(person.cookies())) ?? [];
  return id;
}

const keyOf = (id: string): string => `parvis:session:${createHash('sha256').update(id).digest('base64url')}`;

const server = await redis();

describe('sessions in Redis', { skip: skipWithout('redis', server) }, async () => {
  const fixture = await portalOn(server?.url ?? '');
  const { portal, global } = fixture;
  const client = await createClient({ url: server?.url ?? '' }).connect();
  // The server may end before the client.
  client.on('error', () => undefined);
  cleanups.push(() => Promise.resolve(client.destroy()));

  test('are stored under a digest, for 30 minutes before sign-in and for 12 hours afterwards', async () => {
    const person = await aPerson(portal, english).visit('/sign-in');
    assert.ok((await client.ttl((await client.keys('*'))[0] ?? '')) <= 1_800);
    await person.signIn(global);
    assert.equal(person.path, '/dashboard');
    const id = idOf(person);
    assert.ok(id.length >= 24);
    const keys = await client.keys('*');
    const key = keyOf(id);
    assert.ok(keys.includes(key));
    const values = await Promise.all(keys.map((key) => client.get(key)));
    assert.doesNotMatch([...keys, ...values].join(' '), new RegExp(id.replace(/[-_]/g, '.')));
    assert.doesNotMatch(values.join(' '), /Laurent|argon2|Ateliers|Canary/);
    const ttl = await client.ttl(key);
    assert.ok(ttl > 1_800 && ttl <= 12 * 3_600, String(ttl));
  });

  test('are deleted at sign-out', async () => {
    const person = await aPerson(portal, english).signIn(global);
    const [cookies, key] = [person.cookies(), keyOf(idOf(person))];
    assert.equal(await client.exists(key), 1);
    await person.submit('Sign out');
    const replay = await fixture.send({ method: 'GET', path: '/dashboard', headers: { Cookie: cookies } });
    assert.equal(replay.headers.location, '/sign-in');
    assert.equal(await client.exists(key), 0);
  });

  test('require a new sign-in if they have been flushed', async () => {
    const person = await aPerson(portal, english).signIn(global);
    await client.flushAll();
    await person.visit('/dashboard');
    assert.deepEqual([person.path, person.status], ['/sign-in', 200]);
    await person.signIn(global);
    assert.equal(person.path, '/dashboard');
  });
});

describe('a frozen Redis server', { skip: skipWithout('redis', server?.pid ?? null) }, async () => {
  const fixture = await portalOn(server?.url ?? '');
  const { portal, global } = fixture;
  const pid = server?.pid ?? 0;

  test('makes signed-in pages respond with 503 immediately, until the portal reconnects on its own', async () => {
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

  test('makes pages respond with 503 until it runs, and again until a new server replaces it on the same port', async () => {
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
