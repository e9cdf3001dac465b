import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aPerson } from '../support/person.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { logLinesOf, type LogLine } from './log-lines.ts';
import { openPortalWithUsers } from './portal-with-users.ts';

const english = { 'Accept-Language': 'en' };
const server = await postgres();

for (const [dialect, databaseUrl, skip] of [
  ['SQLite', undefined, false],
  ['PostgreSQL', server?.url, skipWithout('postgres', server)],
] as const) {
  describe(`the request log, on ${dialect}`, { skip }, async () => {
    const { portal, send, global, userManager, plainUser, addressOf } = await openPortalWithUsers(
      databaseUrl ? { databaseUrl } : {},
    );
    const lines = (): LogLine[] => logLinesOf(portal);
    const resetAddress = addressOf({ path: '/account-settings/user-management/:userId/reset-password' });

    test('has a line per request with method, route pattern, status, duration and request ID', async () => {
      const admin = await aPerson(portal, english).signIn(global);
      const { headers } = await send({ method: 'GET', path: resetAddress, person: admin });
      const line = lines().find(({ requestId }) => requestId === headers['x-request-id']);
      assert.deepEqual(
        [line?.method, line?.route, line?.status],
        ['GET', '/account-settings/user-management/:userId/reset-password', 200],
      );
      assert.equal(typeof line?.ms, 'number');
    });

    test('names the route and the reason of a refused request, even if it did not reach its route', async () => {
      const admin = await aPerson(portal, english).signIn(userManager);
      const plain = await aPerson(portal, english).signIn(plainUser);
      const visitor = await aPerson(portal, english).visit('/sign-in');
      const block = addressOf({ path: '/account-settings/user-management/:userId/block' });
      const page = addressOf({ path: '/account-settings/user-management/:userId' });
      const owner = (await admin.visit(page)).$('main input[name=_owner]').first().attr('value') ?? '';
      const _csrf = admin.csrf;
      for (const { what, request, status, reason, route } of [
        {
          what: 'a form without a token',
          request: { method: 'POST', path: block, person: admin, form: {} },
          ...{ status: 403, reason: 'csrf.missing', route: '/account-settings/user-management/:userId/block' },
        },
        {
          what: 'a form with the token of another session',
          request: { method: 'POST', path: block, person: admin, form: { _csrf: visitor.csrf } },
          ...{ status: 403, reason: 'csrf.outdated', route: '/account-settings/user-management/:userId/block' },
        },
        {
          what: 'a form with an outdated token, whose page is shown again',
          request: { method: 'POST', path: block, person: admin, form: { _csrf: visitor.csrf, _owner: owner } },
          ...{ status: 403, reason: 'csrf.outdated', route: '/account-settings/user-management/:userId/block' },
        },
        {
          what: 'a form at an address with capitals and a slash at its end',
          request: { method: 'POST', path: `${block.replace('/block', '/BLOCK')}/`, person: admin, form: {} },
          ...{ status: 403, reason: 'csrf.missing', route: '/account-settings/user-management/:userId/block' },
        },
        {
          what: 'a form of a browser without a session, at an address with capitals',
          request: { method: 'POST', path: '/Sign-In/', form: { _csrf: visitor.csrf } },
          ...{ status: 403, reason: 'csrf.noSession', route: '/sign-in' },
        },
        {
          what: 'a form that another site submitted',
          request: {
            ...{ method: 'POST', path: block, person: admin, form: { _csrf } },
            headers: { 'Sec-Fetch-Site': 'cross-site' },
          },
          ...{ status: 403, reason: 'csrf.otherSite', route: '/account-settings/user-management/:userId/block' },
        },
        {
          what: 'a form that the level does not allow',
          request: { method: 'POST', path: block, person: plain, form: { _csrf: plain.csrf } },
          ...{ status: 403, reason: 'denied.level', route: '/account-settings/user-management/:userId/block' },
        },
      ] as const) {
        const { headers, status: answered } = await send(request);
        const line = lines().find(({ requestId }) => requestId === headers['x-request-id']);
        assert.deepEqual(
          [answered, line?.method, line?.reason, line?.route],
          [status, request.method, reason, route],
          what,
        );
      }
    });

    test('names the reason of a throttled sign-in', async () => {
      const person = aPerson(portal, english);
      for (let attempt = 0; attempt < 12; attempt++)
        await person.signIn({ username: 'nobody@canary.example', clearPassword: 'wrong' });
      const throttled = lines().filter(({ status }) => status === 429);
      assert.ok(throttled.length > 0);
      assert.ok(throttled.every(({ reason, route }) => reason === 'signIn.throttled' && route === '/sign-in/password'));
    });

    test('has no lines for health checks and static files', async () => {
      for (const path of ['/healthz', '/assets/none.css']) {
        const before = lines().length;
        await send({ method: 'GET', path });
        assert.equal(lines().length, before, path);
      }
      assert.ok(!portal.logged().includes('none.css'));
    });

    test('has lines for unknown and malformed requests, without their content', async () => {
      for (const path of [
        '/canary-path',
        '/canary?canary=canary',
        '/account-settings/user-management/%E0canary',
        '/set-up/canary-token',
      ]) {
        const { headers } = await send({
          method: 'GET',
          path,
          headers: { 'User-Agent': 'canary', Referer: 'http://canary' },
        });
        assert.ok(
          lines().some(({ requestId }) => requestId === headers['x-request-id']),
          path,
        );
      }
      await send({ method: 'POST', path: '/sign-in', form: { username: 'canary', _csrf: 'canary' } });
      assert.doesNotMatch(portal.logged(), /canary/i);
    });
  });
}
