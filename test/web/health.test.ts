import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import express from 'express';
import { mountHealth, type Readiness } from '../../src/site/http/health.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import request from 'supertest';

const works = (): Promise<void> => Promise.resolve();
const fails = (): Promise<void> => Promise.reject(new Error('canary: postgres://ada:pw@db'));

async function ready(checks: Readiness, stopping = false) {
  const app = express();
  mountHealth(app, checks, () => stopping);
  const answer = await request(app).get('/readyz');
  return { status: answer.status, body: answer.body as unknown };
}

describe('the readiness check', () => {
  test('succeeds if all checks succeed', async () => {
    assert.deepEqual(await ready({ database: works, sessions: works }), {
      status: 200,
      body: { ok: true, missing: [] },
    });
  });

  test('names the failed checks and nothing else', async () => {
    const { status, body } = await ready({ database: fails, schema: works, sessions: fails });
    assert.deepEqual([status, body], [503, { ok: false, missing: ['database', 'sessions'] }]);
  });

  test('fails after one second in total even if several checks hang', async (t) => {
    const begun = [Promise.withResolvers<null>(), Promise.withResolvers<null>()];
    const [database, sessions] = begun.map(({ resolve }) => (): Promise<void> => {
      resolve(null);
      return new Promise(() => undefined);
    });
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let answered = false;
    const answer = ready({ database: database!, sessions: sessions! }).then((each) => {
      answered = true;
      return each;
    });
    await Promise.all(begun.map(({ promise }) => promise));
    t.mock.timers.tick(999);
    await new Promise(setImmediate);
    assert.equal(answered, false);
    t.mock.timers.tick(1);
    const { status, body } = await answer;
    assert.deepEqual([status, body], [503, { ok: false, missing: ['database', 'sessions'] }]);
  });

  test('fails while the portal is stopping', async () => {
    assert.deepEqual(await ready({ database: works }, true), {
      status: 503,
      body: { ok: false, missing: ['stopping'] },
    });
  });

  test('treats a check that throws synchronously as failed', async () => {
    const throws = (): Promise<void> => {
      throw new Error('canary');
    };
    assert.deepEqual(await ready({ database: throws }), { status: 503, body: { ok: false, missing: ['database'] } });
  });
});

describe('readiness checks that write to the stores', () => {
  test('run at most once per second for all callers together', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let runs = 0;
    const database = (): Promise<void> => (runs++ % 2 === 0 ? works() : fails());
    const app = express();
    mountHealth(app, { database }, () => false);
    const statuses = async (): Promise<number[]> => {
      const answers = await Promise.all([1, 2, 3, 4].map(() => request(app).get('/readyz')));
      return answers.map(({ status }) => status);
    };
    assert.deepEqual([await statuses(), runs], [[200, 200, 200, 200], 1]);
    t.mock.timers.tick(999);
    assert.deepEqual([await statuses(), runs], [[200, 200, 200, 200], 1]);
    t.mock.timers.tick(1);
    assert.deepEqual([await statuses(), runs], [[503, 503, 503, 503], 2]);
  });
});

describe('a portal whose database is closed', () => {
  test('stays alive, reports the missing database and responds with 503', async () => {
    const portal = await openPortal();
    const visitor = await aPerson(portal, { 'Accept-Language': 'en' }).visit('/sign-in');
    assert.equal(visitor.status, 200);
    // From the first form on, a visitor has a session.
    await visitor.send('POST', '/sign-in', { username: 'ada@a.example' });
    await portal.database.close();
    const health = await request(portal.app).get('/healthz');
    assert.deepEqual([health.status, health.body], [200, { ok: true }]);
    const readiness = await request(portal.app).get('/readyz');
    assert.deepEqual([readiness.status, readiness.body], [503, { ok: false, missing: ['database'] }]);
    await visitor.visit('/sign-in');
    assert.equal(visitor.status, 503);
    visitor.sees('The portal is temporarily unavailable');
    const answer = await visitor.send('POST', '/sign-in', { username: 'ada@a.example' });
    assert.equal(answer.status, 503);
  });
});

describe('the health endpoints', async () => {
  const portal = await openPortal();
  for (const [method, path, status] of [
    ['GET', '/healthz', 200],
    ['HEAD', '/healthz', 200],
    ['OPTIONS', '/healthz', 204],
    ['GET', '/readyz', 200],
    ['HEAD', '/readyz', 200],
    ['OPTIONS', '/readyz', 204],
    ['POST', '/healthz', 403],
  ] as const) {
    test(`respond to ${method} ${path} with ${status}`, async () => {
      const answer = await aPerson(portal).send(method, path);
      assert.equal(answer.status, status);
      if (method === 'POST') return;
      assert.equal(answer.headers['set-cookie'], undefined);
      assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS');
      assert.equal(answer.headers['cache-control'], 'no-store');
    });
  }

  test('respond to OPTIONS with 503 if a service is unavailable', async () => {
    const app = express();
    mountHealth(app, { database: fails }, () => false);
    assert.equal((await request(app).options('/readyz')).status, 503);
    assert.equal((await request(app).options('/healthz')).status, 204);
  });
});
