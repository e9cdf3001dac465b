import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import { createClient } from 'redis';
import request from 'supertest';
import { builtInRulesFile, readRules } from '../../src/platform/config/rules.ts';
import { mountHealth } from '../../src/site/http/health.ts';
import { sessionTtlMs } from '../../src/site/http/session.ts';
import { openRedisSessions } from '../../src/site/http/session-store/redis-store.ts';
import { newFingerprint } from '../../src/platform/region-identity.ts';
import { freePort } from '../../tools/prove/free-port.ts';
import { startFakeRedis } from '../support/fake-redis.ts';
import { aPerson, type Person } from '../support/person.ts';
import { redis, skipWithout } from '../support/services.ts';
import { openPortalWithUsers } from './portal-with-users.ts';

const english = { 'Accept-Language': 'en' };
const ttlMs = sessionTtlMs(readRules(builtInRulesFile('worldwide')!).rules!);

const cleanups: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of cleanups.reverse()) await close();
});

async function portalOn(url: string) {
  const sessions = await openRedisSessions(
    url,
    { region: 'worldwide', fingerprint: newFingerprint(), marks: true },
    ttlMs,
    () => undefined,
  );
  cleanups.push(() => sessions.close());
  const fixture = await openPortalWithUsers({ sessionStore: () => sessions.store });
  const proveWritable = () => sessions.proveWritable();
  await until(async () => proveWritable().then(() => true));
  return Object.assign(fixture, { proveWritable });
}

type Fixture = Awaited<ReturnType<typeof portalOn>>;

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let asked = 0; !(await isTrue().catch(() => false)); asked++) {
    assert.ok(asked < 200);
    await wait(50);
  }
}

/** Requests readiness from a new app, because the server would reuse its last result for a second. */
async function readiness({ proveWritable }: Fixture) {
  const app = express();
  mountHealth(app, { sessions: proveWritable }, () => false);
  const answer = await request(app).get('/readyz');
  return { status: answer.status, body: answer.body as unknown };
}

/** Asserts that everything that needs a new or changed session responds with 503, never 403 or 500. */
async function assertNoSessions(fixture: Fixture, visitor: Person, code: RegExp): Promise<void> {
  const { send, global, portal } = fixture;
  const before = portal.logged().length;
  const fresh = await aPerson(portal, english).visit('/sign-in');
  assert.equal(fresh.status, 200, 'the first page of the sign-in needs no session');
  const form = await fresh.send('POST', '/sign-in', { username: global.username });
  assert.deepEqual([form.status, form.headers['retry-after']], [503, '5']);
  assert.doesNotMatch(form.text, /type="password"/);
  const fields = { _csrf: visitor.csrf, password: global.clearPassword };
  const signIn = await send({ method: 'POST', path: '/sign-in/password', person: visitor, form: fields });
  assert.equal(signIn.status, 503);
  assert.deepEqual(await readiness(fixture), { status: 503, body: { ok: false, missing: ['sessions'] } });
  const reasons = portal
    .logged()
    .slice(before)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, string> & { level: number });
  assert.deepEqual(
    reasons.filter(({ level }) => level > 40),
    [],
  );
  const line = reasons.find(({ setting, explanation }) => setting === 'REDIS_URL' && explanation !== undefined);
  assert.match(`${line?.dependency}: ${line?.explanation} (${line?.reason})`, code);
}

async function aVisitorAtThePassword({ portal, global }: Fixture): Promise<Person> {
  const visitor = await aPerson(portal, english).visit('/sign-in');
  await visitor.send('POST', '/sign-in', { username: global.username });
  return visitor.visit('/sign-in/password');
}

const server = await redis();

describe('a Redis server that cannot keep sessions', { skip: skipWithout('redis', server?.pid ?? null) }, async () => {
  const fixture = await portalOn(server?.url ?? '');
  const { portal, global, send } = fixture;
  const client = await createClient({ url: server?.url ?? '' }).connect();
  client.on('error', () => undefined);
  cleanups.push(() => Promise.resolve(client.destroy()));
  const configure = (name: string, value: string) => client.configSet(name, value);

  const faults: Record<string, { code: RegExp; inflict: () => Promise<unknown>; heal: () => Promise<unknown> }> = {
    'is out of memory': {
      code: /^Redis: The server has reached maxmemory.+\(OOM\)$/,
      inflict: () => configure('maxmemory', '1'),
      heal: () => configure('maxmemory', '0'),
    },
    'has too few replicas': {
      code: /^Redis: .+too few replicas.+\(NOREPLICAS\)$/,
      inflict: () => configure('min-replicas-to-write', '1'),
      heal: () => configure('min-replicas-to-write', '0'),
    },
    'has become a replica': {
      code: /^Redis: .+it is a replica.+\(READONLY\)$|^Redis: The connection was lost/,
      inflict: async () => client.sendCommand(['REPLICAOF', '127.0.0.1', String(await freePort())]),
      heal: () => client.sendCommand(['REPLICAOF', 'NO', 'ONE']),
    },
  };
  for (const [what, { code, inflict, heal }] of Object.entries(faults)) {
    test(`makes requests fail with 503 while it ${what}, is reported by /readyz, and is used again without a restart`, async () => {
      const user = await aPerson(portal, english).signIn(global);
      const visitor = await aVisitorAtThePassword(fixture);
      await inflict();
      try {
        await assertNoSessions(fixture, visitor, code);
        await until(async () => (await send({ method: 'GET', path: '/dashboard', person: user })).status === 200);
      } finally {
        await heal();
      }
      await until(async () => (await readiness(fixture)).status === 200);
      assert.equal((await aPerson(portal, english).signIn(global)).path, '/dashboard');
    });
  }

  test('makes the portal not ready if it is a writable replica, because a replica loses what is written to it', async () => {
    await configure('replica-read-only', 'no');
    await client.sendCommand(['REPLICAOF', '127.0.0.1', String(await freePort())]);
    try {
      assert.deepEqual(await readiness(fixture), { status: 503, body: { ok: false, missing: ['sessions'] } });
    } finally {
      await client.sendCommand(['REPLICAOF', 'NO', 'ONE']);
      await configure('replica-read-only', 'yes');
    }
    await until(async () => (await readiness(fixture)).status === 200);
  });
});

describe('a Redis server that replies', async () => {
  const fake = await startFakeRedis();
  cleanups.push(() => fake.stop());
  const fixture = await portalOn(fake.url);
  for (const reply of [
    'LOADING Redis is loading the dataset in memory',
    'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist on disk.',
    'CLUSTERDOWN The cluster is down',
    'MOVED 3999 127.0.0.1:6381',
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'BUSY Redis is busy running a script.',
    'NOAUTH Authentication required.',
    "NOPERM this user has no permissions to run the 'set' command",
  ]) {
    test(`${reply}: requests get 503, the log names the code, and /readyz reports it`, async () => {
      const { send, portal, global } = fixture;
      fake.error = null;
      const visitor = await aVisitorAtThePassword(fixture);
      fake.error = reply;
      const before = portal.logged().length;
      const fresh = await aPerson(portal, english).visit('/sign-in');
      assert.equal((await fresh.send('POST', '/sign-in', { username: global.username })).status, 503);
      assert.equal((await send({ method: 'GET', path: '/sign-in', person: visitor })).status, 503);
      const code = reply.split(' ', 1)[0];
      assert.match(
        portal.logged().slice(before),
        new RegExp(`"reason":"${code}","dependency":"Redis","setting":"REDIS_URL"`),
      );
      assert.deepEqual(await readiness(fixture), { status: 503, body: { ok: false, missing: ['sessions'] } });
      fake.error = null;
      assert.equal((await readiness(fixture)).status, 200);
      assert.equal((await send({ method: 'GET', path: '/sign-in', headers: english })).status, 200);
    });
  }

  test('that ROLE is unknown does not make the portal unready', async () => {
    fake.unknown = 'role';
    await fixture.proveWritable();
    fake.unknown = 'set';
    await assert.rejects(fixture.proveWritable());
    fake.unknown = null;
  });
});
