import assert from 'node:assert/strict';
import { connect, createServer, type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from 'redis';
import { aPerson } from '../support/person.ts';
import { eachDialect } from '../data/databases.ts';
import { postgres, redis, skipWithout } from '../support/services.ts';
import { dataDirectory, json, run, runProcess, serve, type Served } from './command.ts';

const server = await redis();
const otherServer = await redis();
const secrets = { SESSION_SECRETS: 'canary-'.repeat(6), SECOND_FACTOR_KEYS: 'canary-'.repeat(6), LOG_LEVEL: 'warn' };
// Without a time limit, the test would never end if a server started in spite of the fault.
const limit = { timeout: 20_000 };
const markerKey = 'parvis:region';
const fingerprint = '0123-4567-89ab-cdef-0123-4567-89ab-cdef';

/** Rejected markers, each with the expected message. */
const refused: Readonly<Record<string, readonly [marker: string, message: RegExp]>> = {
  'another region': [
    JSON.stringify({ region: 'germany', fingerprint }),
    /this Redis belongs to the region germany, but REGION is worldwide/i,
  ],
  'another installation of the same region': [
    JSON.stringify({ region: 'worldwide', fingerprint }),
    /this Redis belongs to another installation of the region worldwide: its fingerprint is 0123-.* delete its key parvis:region/i,
  ],
  'another program': ['something else', /this Redis belongs to the region unknown/i],
};

for (const [index, { dialect, config, skip }] of eachDialect(await postgres()).entries()) {
  const DATABASE_URL = config.kind === 'sqlite' ? `sqlite:${config.file}` : config.url;
  const url = `${server?.url ?? ''}/${index}`;
  const environment = { ...secrets, DATABASE_URL, DATA_DIR: dataDirectory(), REDIS_URL: url };

  describe(
    `the region marker of a Redis instance, with a database on ${dialect}`,
    { skip: skipWithout('redis', server) || skip },
    () => {
      const client = createClient({ url });
      before(async () => {
        await client.connect();
      });
      after(() => client.close());

      let running: Served;
      const isUntil = async (isReached: () => Promise<boolean>): Promise<boolean> => {
        for (let asked = 0; asked < 100 && !(await isReached()); asked++) await wait(50);
        return isReached();
      };
      const statusOf = async (path: string): Promise<number> => (await fetch(running.origin + path)).status;

      test('is written by the first start but not by check', async () => {
        await json(['migrate'], environment);
        await json(['check'], environment);
        assert.equal(await client.get(markerKey), null);
        running = await serve(environment);
        assert.equal(await statusOf('/readyz'), 200);
        const marker = JSON.parse((await client.get(markerKey)) ?? '') as { region: string };
        assert.equal(marker.region, 'worldwide');
        assert.equal(await client.ttl(markerKey), -1);
        assert.deepEqual(await json(['check'], environment), { ok: true, faults: [] });
      });

      test('of another region is rejected by a running server that reconnects to Redis', async () => {
        const own = (await client.get(markerKey)) ?? '';
        await client.set(markerKey, JSON.stringify({ region: 'germany', fingerprint }));
        await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
        await isUntil(async () => (await statusOf('/readyz')) === 503);
        // Opening the sign-in page stores nothing. Submitting its form stores a session.
        const visitor = await aPerson({ app: running.origin }).visit('/sign-in');
        const { status } = await visitor.send('POST', '/sign-in', { username: 'ada@a.example' });
        assert.deepEqual([await statusOf('/readyz'), visitor.status, status], [503, 200, 503]);
        assert.deepEqual(await client.keys('parvis:session:*'), []);
        await client.set(markerKey, own);
        await isUntil(async () => (await statusOf('/readyz')) === 200);
        assert.equal(await statusOf('/sign-in'), 200);
      });

      test('is written again after Redis has been flushed', async () => {
        await client.flushDb();
        const isMarked = async (): Promise<boolean> => {
          await statusOf('/readyz');
          return (await client.get(markerKey)) !== null;
        };
        assert.equal(await isUntil(isMarked), true);
        running.child.kill('SIGTERM');
        assert.equal(await running.ended, 0);
        assert.deepEqual(await json(['check'], environment), { ok: true, faults: [] });
      });

      for (const [what, [marker, message]] of Object.entries(refused)) {
        test(`of ${what} prevents the start and is reported by check, and no key changes`, limit, async () => {
          const own = await client.get(markerKey);
          await client.set(markerKey, marker);
          await client.del('parvis:ready');
          // One server runs as a separate process, which must exit despite its connection to Redis.
          const outcome = await (index === 0 && what === 'another region' ? runProcess : run)(['serve'], {
            ...environment,
            PORT: '1',
          });
          const { setting, code: reason, msg } = JSON.parse(outcome.stderr) as Record<string, string>;
          assert.deepEqual([outcome.code, setting, reason], [1, 'REDIS_URL', 'WRONG_REGION']);
          assert.match(msg ?? '', message);
          const checked = await run(['check', '--json'], environment);
          const { faults } = JSON.parse(checked.stdout) as { faults: string[] };
          assert.deepEqual([checked.code, faults.length], [1, 1], checked.stdout);
          assert.match(faults[0] ?? '', message);
          assert.deepEqual([await client.get(markerKey), await client.keys('*')], [marker, [markerKey]]);
          await client.set(markerKey, own ?? '');
        });
      }
    },
  );
}

test(
  'a connection to the Redis of another region is replaced, because the address may lead elsewhere by now',
  {
    skip: skipWithout('redis', otherServer) || (otherServer?.pid === null && 'needs two Redis servers'),
    timeout: 60_000,
  },
  async (t) => {
    let target = Number(new URL(server?.url ?? '').port);
    const proxy = createServer((socket) => {
      const upstream = connect(target, '127.0.0.1');
      socket.on('error', () => undefined).on('close', () => upstream.destroy());
      upstream.on('error', () => undefined).on('close', () => socket.destroy());
      socket.pipe(upstream).pipe(socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    t.after(() => proxy.close());
    const foreign = createClient({ url: otherServer?.url ?? '' });
    await foreign.connect();
    const REDIS_URL = `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}/5`;
    await foreign.sendCommand(['SELECT', '5']);
    await foreign.set(markerKey, JSON.stringify({ region: 'germany', fingerprint }));
    const { child, ended, origin } = await serve({ ...secrets, DATA_DIR: dataDirectory(), REDIS_URL });
    const untilReady = async (status: number): Promise<void> => {
      while ((await fetch(`${origin}/readyz`)).status !== status) await wait(100);
    };
    await untilReady(200);
    const right = createClient({ url: server?.url ?? '' });
    await right.connect();
    const own = target;
    target = Number(new URL(otherServer?.url ?? '').port);
    await right.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
    await untilReady(503);
    target = own;
    await untilReady(200);
    await Promise.all([foreign.close(), right.close()]);
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
  },
);
