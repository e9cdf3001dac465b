import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { actions, rights } from '../../src/domain/roles.ts';
import { paths } from '../../src/site/http/paths.ts';
import type { Route } from '../../src/site/http/routing.ts';
import { aPerson } from '../support/person.ts';
import { openPortalWithUsers, stateOf } from './portal-with-users.ts';

// Opening another route to everyone requires a change here as well.
const openToAnyone = [
  'get /.well-known/change-password',
  'get /',
  'get /region',
  'get /sign-in',
  'post /sign-in',
  'get /sign-in/password',
  'post /sign-in/password',
  'post /sign-in/email-link',
  'post /sign-out',
  'post /language',
  'post /theme',
  'get /set-up/:token',
  'post /set-up/:token',
  'get /link/:token',
  'post /link/:token',
];

const { portal, addressOf, send, global, userManager, billing, plainUser } = await openPortalWithUsers();
const { routes } = portal;
const nameOf = ({ method, path }: Route): string => `${method} ${path}`;
const closed = routes.filter(({ access }) => access !== 'anyone');
const english = { 'Accept-Language': 'en' };
const foreignHost = { ...english, Host: 'evil.example' };

test('a route without a declared access does not compile', () => {
  // @ts-expect-error -- the missing access is what this test checks
  const silent: Route = { method: 'get', path: '/silent', handle: () => {} };
  // @ts-expect-error -- an unknown access must not compile either
  const misspelt: Route = { ...silent, access: 'everybody' };
  assert.ok(misspelt);
});

describe('the list of routes', () => {
  test('covers the whole portal', () => {
    assert.ok(routes.length >= 23, String(routes.length));
    assert.equal(new Set(routes.map(nameOf)).size, routes.length);
  });

  test('contains only GET and POST, each with a valid access', () => {
    const known = new Set<string>(['anyone', 'pendingChange', 'pendingCode', ...actions]);
    for (const { method, access } of routes) assert.ok(['get', 'post'].includes(method) && known.has(access));
  });

  test('opens only the listed routes to everyone', () => {
    const open = routes.filter(({ access }) => access === 'anyone').map(nameOf);
    assert.deepEqual(open.sort(), [...openToAnyone].sort());
  });
});

describe('a visitor', () => {
  for (const route of closed) {
    test(`is redirected to sign-in by ${nameOf(route)}, without any effect`, async () => {
      const person = await aPerson(portal, english).visit('/sign-in');
      const before = await stateOf(portal.database);
      const form = { _csrf: person.csrf, epoch: '0', newPassword: 'x', session: 'others' };
      const sent = { method: route.method.toUpperCase(), path: addressOf(route), person };
      const { status, headers, text } = await send(route.method === 'post' ? { ...sent, form } : sent);
      assert.deepEqual([status, headers.location], [303, '/sign-in']);
      assert.doesNotMatch(text, /Besson|Canary/);
      assert.deepEqual(await stateOf(portal.database), before);
    });
  }
});

describe('a request for another host', () => {
  for (const route of routes) {
    test(`gets 421 from ${nameOf(route)}, without any effect`, async () => {
      const person = await aPerson(portal, english).signIn(global);
      const before = await stateOf(portal.database);
      const form = { _csrf: person.csrf, epoch: '0', username: global.username, language: 'de', theme: 'dark' };
      const sent = { method: route.method.toUpperCase(), path: addressOf(route), person, headers: foreignHost };
      const { status, headers, text } = await send(route.method === 'post' ? { ...sent, form } : sent);
      assert.equal(status, 421);
      assert.deepEqual([headers['set-cookie'], headers.location], [undefined, undefined]);
      assert.match(text, /doesn’t belong to the portal/);
      assert.doesNotMatch(text, /evil/);
      assert.deepEqual(await stateOf(portal.database), before);
    });
  }
});

describe('a signed-in user', () => {
  for (const [label, user] of [
    ['a user without a level', plainUser],
    ['a Billing admin', billing],
    ['a User management admin', userManager],
    ['a Global admin', global],
  ] as const) {
    test(`can open the pages of their level, and gets an explanation for the others: ${label}`, async () => {
      const person = await aPerson(portal, english).signIn(user);
      for (const route of closed.filter(({ method, access }) => method === 'get' && !access.startsWith('pending'))) {
        const { status, text } = await send({ method: 'GET', path: addressOf(route), person });
        const right = rights[route.access as keyof typeof rights].includes(user.administratorLevel);
        // An import is visible only to the administrator who uploaded it.
        const own = !route.path.startsWith(paths.import) || user === global;
        assert.equal(status, right ? (own ? 200 : 404) : 403, `${label}: ${nameOf(route)}`);
        if (!right) assert.match(text, /Not available with this role[^]*Camille Laurent/);
      }
      await person.visit('/dashboard');
      assert.equal(person.path, '/dashboard', 'a refusal does not end the session');
    });

    test(`gets the same refusals for forms of user management, without any effect: ${label}`, async () => {
      const person = await aPerson(portal, english).signIn(user);
      const forms = closed.filter(({ method, access }) => method === 'post' && access.startsWith('users.'));
      assert.ok(forms.length > 0);
      for (const route of forms) {
        const before = await portal.database.knex('users').orderBy('id').select();
        // An unknown ID: a permitted user gets 404, 409 or 422, and nothing changes.
        const path = route.path.replace(/:(userId|importId)/, randomUUID());
        const { status } = await send({ method: 'POST', path, person, form: { _csrf: person.csrf } });
        const right = rights[route.access as keyof typeof rights].includes(user.administratorLevel);
        assert.ok(right ? [404, 409, 422].includes(status) : status === 403, `${nameOf(route)}: ${status}`);
        assert.deepEqual(await portal.database.knex('users').orderBy('id').select(), before);
      }
    });
  }

  test('is redirected away from the forced password change once they have chosen a password', async () => {
    const person = await aPerson(portal, english).signIn(plainUser);
    const form = { _csrf: person.csrf, newPassword: 'x', confirmPassword: 'x' };
    for (const method of ['GET', 'POST']) {
      const sent = { method, path: '/change-password', person };
      const { status, headers } = await send(method === 'POST' ? { ...sent, form } : sent);
      assert.deepEqual([status, headers.location], [303, '/dashboard']);
    }
  });
});

describe('request methods', () => {
  const addresses = [...new Set(routes.map(({ path }) => path))];
  const methodsOf = (path: string): string[] =>
    routes.filter((route) => route.path === path).map(({ method }) => method);
  // Another route's placeholder can match the path: `new` and `deleted` look like user IDs.
  const methodsAt = (path: string): string[] =>
    routes
      .filter((route) => new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`).test(path))
      .map(({ method }) => method);
  const allowed = (path: string): string => {
    const methods = methodsOf(path).map((method) => method.toUpperCase());
    return (methods.includes('GET') ? ['HEAD', ...methods] : methods).join(', ');
  };

  for (const path of addresses) {
    test(`that ${path} does not support get 405 with the allowed methods`, async () => {
      const otherMethods = ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'MKCOL'];
      const missing = ['GET', 'POST'].filter((method) => !methodsAt(path).includes(method.toLowerCase()));
      const visitor = await aPerson(portal, english).visit('/sign-in');
      for (const method of [...otherMethods, ...missing]) {
        const sent = { method, path: addressOf({ path }), person: visitor };
        const form = { _csrf: visitor.csrf };
        const { status, headers, text } = await send(method === 'POST' ? { ...sent, form } : sent);
        assert.deepEqual([status, headers.allow], [405, allowed(path)], `${method} ${path}`);
        assert.match(text, /isn’t available here/);
        assert.equal(headers['access-control-allow-origin'], undefined);
      }
    });

    if (!methodsOf(path).includes('get')) continue;
    test(`include HEAD, which responds like GET without a body or side effects at ${path}`, async () => {
      const person = await aPerson(portal, english).signIn(global);
      const before = await stateOf(portal.database);
      const get = await send({ method: 'GET', path: addressOf({ path }), person });
      const between = await stateOf(portal.database);
      // Downloading a file is recorded; a HEAD request is not.
      if (!/[.]\w+$/.test(path)) assert.deepEqual(between, before);
      const head = await send({ method: 'HEAD', path: addressOf({ path }), person });
      assert.deepEqual([head.status, head.text], [get.status, '']);
      assert.deepEqual(await stateOf(portal.database), between);
    });
  }

  test('that are unknown are rejected before they reach the portal', async () => {
    for (const method of ['FOO', 'CONNECT']) {
      const answered = send({ method, path: '/dashboard' }).then(
        ({ status }) => status,
        () => 0,
      );
      assert.ok([0, 400, 405, 501].includes(await answered), method);
    }
  });
});
