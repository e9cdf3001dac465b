import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import request from 'supertest';
import { paths, userPath } from '../../src/site/http/paths.ts';
import { aPerson } from '../support/person.ts';
import { logLinesOf } from './log-lines.ts';
import { openPortalWithUsers, stateOf } from './portal-with-users.ts';

const english = { 'Accept-Language': 'en' };
/** Temporary passwords, one-time links and recovery codes are groups of letters and digits. */
const secret = /(?<![\w-])[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){2,}(?![\w-])/;

const fixture = await openPortalWithUsers();
const { portal, send, addressOf, global, plainUser, tenant } = fixture;
const file = portal.config.database.kind === 'sqlite' ? portal.config.database.file : '';

/** Moves the file away while the work runs. A file that is moved back is used again, unlike a deleted one. */
async function whileLost<T>(work: () => Promise<T>): Promise<T> {
  renameSync(file, `${file}.away`);
  try {
    return await work();
  } finally {
    renameSync(`${file}.away`, file);
    await portal.database.proveWritable();
  }
}

/** Resolves when prepared reads have noticed that the file is lost, which takes up to a second. */
async function noticed(): Promise<void> {
  const admin = { method: 'GET', path: '/dashboard', person: await signedIn };
  for (let asked = 0; (await send(admin)).status !== 503; asked++) {
    assert.ok(asked < 250);
    await wait(20);
  }
}

const signedIn = aPerson(portal, english).signIn(global);

describe('in the first request after the database file was lost', () => {
  const name = { firstName: 'Eva', lastName: 'Lang', displayName: 'Eva Lang', username: `eva@${tenant.domain}` };
  const levels = { administratorLevel: 'none', agentLevel: 'none', language: 'en' };
  for (const { what, path, form } of [
    {
      what: 'a reset shows no temporary password',
      path: `${userPath(plainUser.id)}/reset-password`,
      form: { epoch: String(plainUser.epoch) },
    },
    { what: 'a new user gets no temporary password', path: paths.newUser, form: Object.assign({}, name, levels) },
    {
      what: 'a change of a user is not acknowledged',
      path: userPath(plainUser.id),
      form: Object.assign({}, name, levels),
    },
    {
      what: 'a sign-in is not acknowledged',
      path: '/sign-in/password',
      form: { password: global.clearPassword },
    },
  ]) {
    test(what, async () => {
      const person = await signedIn;
      const visitor = await aPerson(portal, english).visit('/sign-in');
      await visitor.send('POST', '/sign-in', { username: global.username });
      const by =
        path === '/sign-in/password'
          ? await visitor.visit('/sign-in/password')
          : await person.visit('/account-settings');
      const fields = Object.assign({ _csrf: by.csrf }, form) as Record<string, string>;
      const answer = await whileLost(() => send({ method: 'POST', path, person: by, form: fields }));
      assert.equal(answer.status, 503);
      assert.doesNotMatch(answer.text, secret);
    });
  }

  for (const route of portal.routes.filter(({ method }) => method === 'post'))
    test(`POST ${route.path} changes nothing and shows no secret`, async () => {
      const person = await (await signedIn).visit('/account-settings');
      const before = await stateOf(portal.database);
      const form = { _csrf: person.csrf, epoch: String(plainUser.epoch) };
      const answer = await whileLost(() => send({ method: 'POST', path: addressOf(route), person, form }));
      assert.doesNotMatch(answer.text, secret);
      assert.deepEqual(await stateOf(portal.database), before);
    });
});

describe('once the loss was detected', () => {
  test('every page responds with 503, and the portal is healthy but not ready', async () => {
    const person = await signedIn;
    await whileLost(async () => {
      await noticed();
      for (const route of portal.routes.filter(({ method }) => method === 'get')) {
        const answer = await send({ method: 'GET', path: addressOf(route), person });
        assert.equal(answer.status, 503, route.path);
        assert.equal(answer.headers['retry-after'], '5');
      }
      const readiness = await request(portal.app).get('/readyz');
      assert.deepEqual([readiness.status, readiness.body], [503, { ok: false, missing: ['database'] }]);
      const line = logLinesOf(portal).find(({ requestId }) => requestId === readiness.headers['x-request-id']);
      assert.deepEqual([line?.method, line?.status, line?.reason], ['GET', 503, 'unavailable']);
      assert.equal((await request(portal.app).get('/healthz')).status, 200);
    });
    assert.match(portal.logged(), /"reason":"SQLITE_FILE_LOST","dependency":"SQLite"/);
  });
});
