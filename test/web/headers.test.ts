import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { Store } from 'express-session';
import { aPerson } from '../support/person.ts';
import { assertDownloadHeaders, assertSecurityHeaders, assertPageHeaders, policyOf } from './security-headers.ts';
import { openPortalWithUsers, type Sent } from './portal-with-users.ts';

const english = { 'Accept-Language': 'en' };

/** A session store that fails with the given error. */
class UnavailableStore extends Store {
  readonly #error: Error;
  constructor(error: Error) {
    super();
    this.#error = error;
  }
  override get(_id: string, done: (error: unknown) => void): void {
    done(this.#error);
  }
  override set(_id: string, _session: unknown, done?: (error?: unknown) => void): void {
    done?.(this.#error);
  }
  override destroy(_id: string, done?: (error?: unknown) => void): void {
    done?.(this.#error);
  }
}

const fixture = await openPortalWithUsers();
const { portal, addressOf, send, global, plainUser } = fixture;
const lost = (error: Error) => openPortalWithUsers({ sessionStore: () => new UnavailableStore(error) });
const away = await lost(Object.assign(new Error('canary'), { code: 'ECONNREFUSED' }));
const broken = await lost(new Error('canary'));

const visitor = await aPerson(portal, english).visit('/sign-in');
const admin = await aPerson(portal, english).signIn(global);
const user = await aPerson(portal, english).signIn(plainUser);
const stylesheet = admin.$('link[rel=stylesheet]').attr('href') ?? '';

/** A cookie signed with the portal's secret. Without such a cookie, the session store is not queried. */
function signedCookie({ config }: typeof portal): string {
  const signature = createHmac('sha256', config.sessionSecrets[0] ?? '')
    .update('id')
    .digest('base64');
  return `parvis-worldwide-session=${encodeURIComponent(`s:id.${signature.replace(/=+$/, '')}`)}`;
}

describe('security headers of every route', () => {
  for (const [label, person] of [
    ['a visitor', visitor],
    ['a user', user],
    ['a Global admin', admin],
  ] as const) {
    for (const route of portal.routes) {
      test(`are set for ${route.method} ${route.path} requested by ${label}`, async () => {
        // No CSRF token is sent, because the effect of the form is irrelevant here.
        const answer = await send({ method: route.method.toUpperCase(), path: addressOf(route), person });
        assert.ok([200, 303, 403].includes(answer.status), String(answer.status));
        assertSecurityHeaders(answer);
        if (answer.status === 200 && /[.]\w+$/.test(route.path)) assertDownloadHeaders(answer);
        else if (answer.status !== 303) assertPageHeaders(answer);
      });
    }
  }
});

test('every response has its own nonce', async () => {
  const nonces = new Set<string>();
  for (let asked = 0; asked < 300; asked++) {
    const { headers } = await send({ method: 'GET', path: '/healthz', person: visitor });
    nonces.add(/'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1] ?? '');
  }
  assert.equal(nonces.size, 300);
});

describe('security headers of responses with any status', () => {
  const form = (fields: Record<string, string>) => ({ _csrf: visitor.csrf, ...fields });
  const post = (path: string, fields: Record<string, string>): Sent => ({
    method: 'POST',
    path,
    person: visitor,
    form: form(fields),
  });
  const table: [status: number, request: Sent, from?: typeof fixture][] = [
    [200, { method: 'GET', path: '/sign-in' }],
    [303, { method: 'GET', path: '/' }],
    [400, { method: 'GET', path: '/account-settings/user-management/%E0%A4%A' }],
    [400, post('/language', { language: 'xx' })],
    [403, { method: 'POST', path: '/sign-in' }],
    [403, { method: 'GET', path: '/account-settings/user-management', person: user }],
    [404, { method: 'GET', path: '/nonsense' }],
    [405, { method: 'PUT', path: '/sign-in' }],
    [
      409,
      {
        method: 'POST',
        path: addressOf({ path: '/account-settings/user-management/:userId/reset-password' }),
        person: admin,
        form: { _csrf: admin.csrf, epoch: '-1' },
      },
    ],
    [413, post('/sign-in', { username: 'x'.repeat(70_000) })],
    [422, post('/sign-in', { username: '' })],
    [500, { method: 'GET', path: '/sign-in', headers: { Cookie: signedCookie(broken.portal) } }, broken],
    [503, { method: 'GET', path: '/sign-in', headers: { Cookie: signedCookie(away.portal) } }, away],
  ];
  for (const [status, request, from = fixture] of table) {
    test(`are set for status ${status} after ${request.method} ${request.path.slice(0, 40)}`, async () => {
      const answer = await from.send({ headers: english, ...request });
      assert.equal(answer.status, status);
      assertSecurityHeaders(answer);
      if (status !== 303) assertPageHeaders(answer);
      assert.doesNotMatch(answer.text, /canary/);
      assert.equal(answer.headers['retry-after'] === undefined, status !== 503);
    });
  }

  test('are set for status 429', async () => {
    const attacker = await aPerson(portal, english).visit('/sign-in');
    await attacker.send('POST', '/sign-in', { username: 'nobody@a.example' });
    await attacker.visit('/sign-in/password');
    const guess = () =>
      send({
        method: 'POST',
        path: '/sign-in/password',
        person: attacker,
        form: { _csrf: attacker.csrf, password: 'wrong' },
      });
    for (let n = 0; n < 5; n++) assert.equal((await guess()).status, 422);
    const answer = await guess();
    assert.equal(answer.status, 429);
    assertSecurityHeaders(answer);
    assertPageHeaders(answer);
    assert.match(String(answer.headers['retry-after']), /^\d{2,3}$/);
  });

  test('are set for static files: 200, 304 and 404', async () => {
    const found = await send({ method: 'GET', path: stylesheet });
    assert.equal(found.status, 200);
    assertSecurityHeaders(found);
    assert.equal(found.headers['cache-control'], 'public,max-age=31536000,immutable');
    assert.match(String(found.headers['content-type']), /^text\/css/);
    const again = await send({
      method: 'GET',
      path: stylesheet,
      headers: { 'If-None-Match': String(found.headers.etag) },
    });
    assert.equal(again.status, 304);
    assertSecurityHeaders(again);
    for (const path of ['/assets/none.css', '/assets/', '/assets/../package.json', '/assets/..%2f..%2fpackage.json']) {
      const missing = await send({ method: 'GET', path, headers: english });
      assert.equal(missing.status, 404, path);
      assertSecurityHeaders(missing);
      assert.doesNotMatch(missing.text, /devDependencies/);
    }
  });

  test('are set for health and readiness checks', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const answer = await send({ method: 'GET', path });
      assertSecurityHeaders(answer);
      assert.equal(answer.headers['cache-control'], 'no-store');
    }
  });
});

test('nonces and request IDs are unique in 1,000 responses', async () => {
  const seen = new Set<string>();
  for (let n = 0; n < 1_000; n += 20) {
    const some = await Promise.all(
      Array.from({ length: 20 }, () => send({ method: 'GET', path: n % 40 ? '/healthz' : '/nonsense' })),
    );
    for (const { headers } of some) {
      seen.add(policyOf(headers).get('script-src') ?? '');
      seen.add(String(headers['x-request-id']));
    }
  }
  assert.equal(seen.size, 2_000);
});
