import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { actions, rights } from '../../src/domain/roles.ts';
import { paths } from '../../src/site/http/paths.ts';
import type { Route } from '../../src/site/http/routing.ts';
import { aPerson } from '../support/person.ts';
import { openInventory, stateOf } from './inventory.ts';

// Whoever opens another address to everybody has to say so here as well.
const openToAnyone = [
  'get /',
  'get /region',
  'get /sign-in',
  'post /sign-in',
  'get /sign-in/password',
  'post /sign-in/password',
  'post /sign-out',
  'post /language',
  'post /theme',
  'get /set-up/:token',
  'post /set-up/:token',
  'get /link/:token',
  'post /link/:token',
];

const { portal, addressOf, send, global, userManager, billing, nobodySpecial } = await openInventory();
const { routes } = portal;
const nameOf = ({ method, path }: Route): string => `${method} ${path}`;
const closed = routes.filter(({ access }) => access !== 'anyone');
const english = { 'Accept-Language': 'en' };

test('a route that does not say who may use it does not compile', () => {
  // @ts-expect-error -- that is what is tested here
  const silent: Route = { method: 'get', path: '/silent', handle: () => {} };
  // @ts-expect-error -- nor does one with an access that nobody has decided on
  const misspelt: Route = { ...silent, access: 'everybody' };
  assert.ok(misspelt);
});

describe('the inventory', () => {
  test('is that of the whole portal', () => {
    assert.ok(routes.length >= 23, String(routes.length));
    assert.equal(new Set(routes.map(nameOf)).size, routes.length);
  });

  test('knows only GET and POST, and an access for each', () => {
    const known = new Set<string>(['anyone', 'pendingChange', 'pendingCode', ...actions]);
    for (const { method, access } of routes) assert.ok(['get', 'post'].includes(method) && known.has(access));
  });

  test('opens to anyone exactly what is meant to be open', () => {
    const open = routes.filter(({ access }) => access === 'anyone').map(nameOf);
    assert.deepEqual(open.sort(), [...openToAnyone].sort());
  });
});

describe('nobody', () => {
  for (const route of closed) {
    test(`${nameOf(route)} leads to the sign-in and does nothing`, async () => {
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

describe('a signed-in user', () => {
  for (const [label, user] of [
    ['without a level', nobodySpecial],
    ['a Billing admin', billing],
    ['a User management admin', userManager],
    ['a Global admin', global],
  ] as const) {
    test(`${label} reaches what the level is for, and is refused the rest in words`, async () => {
      const person = await aPerson(portal, english).signIn(user);
      for (const route of closed.filter(({ method, access }) => method === 'get' && !access.startsWith('pending'))) {
        const { status, text } = await send({ method: 'GET', path: addressOf(route), person });
        const right = rights[route.access as keyof typeof rights].includes(user.administratorLevel);
        // What an administrator has sent to be imported is nobody else's to see.
        const own = route.path !== paths.import || user === global;
        assert.equal(status, right ? (own ? 200 : 404) : 403, `${label}: ${nameOf(route)}`);
        if (!right) assert.match(text, /Not available with your role[^]*Camille Laurent/);
      }
      await person.visit('/dashboard');
      assert.equal(person.path, '/dashboard', 'a refusal signs nobody out');
    });

    test(`${label} is refused the same by a form, without any effect`, async () => {
      const person = await aPerson(portal, english).signIn(user);
      const forms = closed.filter(({ method, access }) => method === 'post' && access.startsWith('users.'));
      assert.ok(forms.length > 0);
      for (const route of forms) {
        const before = await portal.database.knex('users').orderBy('id').select();
        // Nobody's id: whoever holds the right learns that there is nobody, and nothing happens to anybody.
        const path = route.path.replace(/:(userId|importId)/, randomUUID());
        const { status } = await send({ method: 'POST', path, person, form: { _csrf: person.csrf } });
        const right = rights[route.access as keyof typeof rights].includes(user.administratorLevel);
        assert.ok(right ? [404, 409, 422].includes(status) : status === 403, `${nameOf(route)}: ${status}`);
        assert.deepEqual(await portal.database.knex('users').orderBy('id').select(), before);
      }
    });
  }

  test('whose password is their own is led away from the forced change', async () => {
    const person = await aPerson(portal, english).signIn(nobodySpecial);
    const form = { _csrf: person.csrf, newPassword: 'x', confirmPassword: 'x' };
    for (const method of ['GET', 'POST']) {
      const sent = { method, path: '/change-password', person };
      const { status, headers } = await send(method === 'POST' ? { ...sent, form } : sent);
      assert.deepEqual([status, headers.location], [303, '/dashboard']);
    }
  });
});

describe('a method that an address does not have', () => {
  const addresses = [...new Set(routes.map(({ path }) => path))];
  const methodsOf = (path: string): string[] =>
    routes.filter((route) => route.path === path).map(({ method }) => method);
  // Another route's placeholder may fit the address too: `new` and `deleted` read like the id of a user.
  const methodsAt = (path: string): string[] =>
    routes
      .filter((route) => new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`).test(path))
      .map(({ method }) => method);
  const allowed = (path: string): string => {
    const methods = methodsOf(path).map((method) => method.toUpperCase());
    return (methods.includes('GET') ? ['HEAD', ...methods] : methods).join(', ');
  };

  for (const path of addresses) {
    test(`${path}: 405, with those that it has`, async () => {
      const strangers = ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'MKCOL'];
      const missing = ['GET', 'POST'].filter((method) => !methodsAt(path).includes(method.toLowerCase()));
      const visitor = await aPerson(portal, english).visit('/sign-in');
      for (const method of [...strangers, ...missing]) {
        const sent = { method, path: addressOf({ path }), person: visitor };
        const form = { _csrf: visitor.csrf };
        const { status, headers, text } = await send(method === 'POST' ? { ...sent, form } : sent);
        assert.deepEqual([status, headers.allow], [405, allowed(path)], `${method} ${path}`);
        assert.match(text, /isn’t available here/);
        assert.equal(headers['access-control-allow-origin'], undefined);
      }
    });

    test(`${path}: HEAD says what GET says, without a body and without doing more`, async () => {
      if (!methodsOf(path).includes('get')) return;
      const person = await aPerson(portal, english).signIn(global);
      const before = await stateOf(portal.database);
      const get = await send({ method: 'GET', path: addressOf({ path }), person });
      const between = await stateOf(portal.database);
      // Who takes a file away leaves a record of it; who asks what there would be leaves none.
      if (!/[.]\w+$/.test(path)) assert.deepEqual(between, before);
      const head = await send({ method: 'HEAD', path: addressOf({ path }), person });
      assert.deepEqual([head.status, head.text], [get.status, '']);
      assert.deepEqual(await stateOf(portal.database), between);
    });
  }

  test('one that nobody has heard of is refused before it reaches the portal', async () => {
    for (const method of ['FOO', 'CONNECT']) {
      const answered = send({ method, path: '/dashboard' }).then(
        ({ status }) => status,
        () => 0,
      );
      assert.ok([0, 400, 405, 501].includes(await answered), method);
    }
  });
});
