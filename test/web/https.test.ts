import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { load } from 'cheerio';
import type { RawResponse } from '../support/responses.ts';
import { openPortalWithUsers } from './portal-with-users.ts';

const site = 'https://partners.company.example';
const { portal, send, global } = await openPortalWithUsers({
  environment: { BASE_URL: site, REGION_URLS: 'germany=https://de.company.example' },
});

/** A cookie jar, because clients do not send Secure cookies over the plain HTTP connection behind the proxy. */
class Jar {
  readonly kept = new Map<string, string>();
  readonly seen: string[] = [];

  take({ headers }: RawResponse): void {
    for (const cookie of headers['set-cookie'] ?? []) {
      this.seen.push(cookie);
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.kept.set(name, value);
    }
  }

  get header(): string {
    return [...this.kept].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

async function visit(jar: Jar, path: string): Promise<RawResponse> {
  const answer = await send({ method: 'GET', path, headers: { Cookie: jar.header, 'Accept-Language': 'en' } });
  jar.take(answer);
  return answer;
}

async function submit(jar: Jar, path: string, fields: Record<string, string>, from = '/sign-in'): Promise<RawResponse> {
  const page = await visit(jar, from);
  const form = { _csrf: load(page.text)('input[name=_csrf]').first().attr('value') ?? '', ...fields };
  const answer = await send({ method: 'POST', path, form, headers: { Cookie: jar.header } });
  jar.take(answer);
  return answer;
}

async function signIn(): Promise<Jar> {
  const jar = new Jar();
  await submit(jar, '/sign-in', { username: global.username });
  const answer = await submit(jar, '/sign-in/password', { password: global.clearPassword }, '/sign-in/password');
  assert.deepEqual([answer.status, answer.headers.location], [303, '/dashboard']);
  return jar;
}

describe('a portal behind HTTPS', () => {
  test('enforces HTTPS on pages and static files', async () => {
    const paths = ['/sign-in', '/', '/nonsense', '/healthz', '/assets/none.css'];
    for (const path of paths) {
      const { headers } = await visit(new Jar(), path);
      assert.equal(headers['strict-transport-security'], 'max-age=31536000; includeSubDomains', path);
      assert.match(String(headers['content-security-policy']), /upgrade-insecure-requests/, path);
      assert.match(
        String(headers['content-security-policy']),
        /form-action 'self' https:\/\/de\.company\.example https:\/\/partners\.company\.example(;|$)/,
      );
    }
  });

  test('sets only __Host- cookies that are Secure, HttpOnly and SameSite', async () => {
    const jar = await signIn();
    await submit(jar, '/language', { language: 'de', returnTo: '/dashboard' }, '/dashboard');
    await submit(jar, '/theme', { theme: 'dark', returnTo: '/dashboard' }, '/dashboard');
    const purposes = [...jar.kept.keys()].map((name) => name.replace('__Host-parvis-worldwide-', '')).sort();
    assert.deepEqual(purposes, ['device', 'language', 'session', 'theme', 'visitor']);
    for (const cookie of jar.seen) {
      const [pair = '', ...attributes] = cookie.split('; ');
      const names = attributes.map((each) => each.toLowerCase());
      assert.ok(pair.startsWith('__Host-'), cookie);
      for (const needed of ['path=/', 'secure', 'httponly'])
        assert.ok(names.includes(needed), `${needed} in ${cookie}`);
      assert.ok(names.includes('samesite=lax') || names.includes('samesite=strict'), cookie);
      assert.ok(!names.some((name) => name.startsWith('domain')), cookie);
      assert.ok(cookie.length <= 4_096);
    }
  });

  test('replaces the session ID at sign-in', async () => {
    const jar = new Jar();
    await submit(jar, '/sign-in', { username: global.username });
    const before = jar.header;
    await submit(jar, '/sign-in/password', { password: global.clearPassword }, '/sign-in/password');
    assert.notEqual(jar.header, before);
    const old = await send({ method: 'GET', path: '/dashboard', headers: { Cookie: before } });
    assert.equal(old.headers.location, '/sign-in');
    assert.equal((await visit(jar, '/dashboard')).status, 200);
  });

  test('ignores session cookies it did not sign', async () => {
    const planted = ['abc', 's%3Aabc', 's%3Aabc.def', 's%3A', '%', '__proto__', 'x'.repeat(4_000)];
    for (const value of planted) {
      const jar = new Jar();
      jar.kept.set('__Host-parvis-worldwide-session', value);
      const { status } = await visit(jar, '/sign-in');
      assert.equal(status, 200);
      assert.equal((await submit(jar, '/sign-in', { username: global.username })).status, 303);
      assert.notEqual(jar.kept.get('__Host-parvis-worldwide-session'), value);
    }
  });

  test('ignores cookies without the __Host- prefix', async () => {
    const jar = await signIn();
    const cookie = jar.header.replaceAll('__Host-', '');
    const { headers } = await send({ method: 'GET', path: '/dashboard', headers: { Cookie: cookie } });
    assert.equal(headers.location, '/sign-in');
  });

  test('rejects another host, and ignores forwarded host headers', async () => {
    const forged = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'http',
      Forwarded: 'host=evil.example',
    };
    for (const path of ['/', '/dashboard', '/sign-in', '/nonsense']) {
      const rejected = await send({ method: 'GET', path, headers: { ...forged, Host: 'evil.example' } });
      assert.equal(rejected.status, 421);
      const { headers, text } = await send({ method: 'GET', path, headers: forged });
      assert.doesNotMatch(`${JSON.stringify([headers, rejected.headers])}${text}${rejected.text}`, /evil/);
      assert.ok(headers.location === undefined || headers.location === '/sign-in');
    }
  });
});

test('a portal over HTTP on localhost sends no HSTS, and its cookie is HttpOnly', async () => {
  const plain = await openPortalWithUsers();
  const { headers } = await plain.send({ method: 'GET', path: '/sign-in' });
  assert.equal(headers['strict-transport-security'], undefined);
  assert.doesNotMatch(String(headers['content-security-policy']), /upgrade/);
  const [cookie = ''] = headers['set-cookie'] ?? [];
  assert.match(cookie, /^parvis-worldwide-visitor=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.ok(portal.config.baseUrl.origin === site);
});
