import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { sendRaw } from '../support/responses.ts';

const english = { 'Accept-Language': 'en' };
const portalAt = async (BASE_URL: string) => {
  const portal = await openPortal({ environment: { BASE_URL, REGION_URLS: '' } });
  return { portal, origin: await portal.listen() };
};
const local = await portalAt('http://localhost:3000');
const site = await portalAt('https://portal.example');
const siteWithPort = await portalAt('https://portal.example:8443');

describe('the host of a request', () => {
  for (const [host, onLoopback, onSite, onPort] of [
    ['portal.example', 421, 200, 421],
    ['PORTAL.Example', 421, 200, 421],
    ['portal.example:443', 421, 200, 421],
    ['portal.example:8443', 421, 421, 200],
    ['portal.example:80', 421, 421, 421],
    ['portal.example.', 421, 421, 421],
    ['www.portal.example', 421, 421, 421],
    ['portal.example.evil.example', 421, 421, 421],
    ['evil.example', 421, 421, 421],
    ['evil.example#portal.example', 421, 421, 421],
    ['portal.example@evil.example', 421, 421, 421],
    ['portal.example/evil', 421, 421, 421],
    ['portal.example, evil.example', 421, 421, 421],
    ['localhost', 200, 421, 421],
    ['localhost:3000', 200, 421, 421],
    ['LOCALHOST:3001', 200, 421, 421],
    ['germany.localhost:3000', 200, 421, 421],
    ['127.0.0.1:8080', 200, 421, 421],
    ['[::1]:3000', 200, 421, 421],
    ['localhost.evil.example', 421, 421, 421],
    ['127.0.0.1.evil.example', 421, 421, 421],
    ['10.0.0.1', 421, 421, 421],
  ] as const)
    for (const [{ origin, portal }, expected] of [
      [local, onLoopback],
      [site, onSite],
      [siteWithPort, onPort],
    ] as const)
      test(`"${host}" gets ${expected} from ${portal.config.baseUrl.origin}`, async () => {
        const { status } = await sendRaw(origin, '/sign-in', { headers: { Host: host } });
        assert.equal(status, expected);
      });

  test('must be the portal’s own, both in the header and in an absolute request target', async () => {
    const headers = { Host: 'portal.example' };
    for (const [target, expected] of [
      ['http://portal.example/sign-in', 200],
      ['https://portal.example/sign-in', 200],
      ['http://evil.example/sign-in', 421],
    ] as const)
      assert.equal((await sendRaw(site.origin, target, { headers })).status, expected, target);
    const foreign = { headers: { Host: 'evil.example' } };
    assert.equal((await sendRaw(site.origin, 'https://portal.example/sign-in', foreign)).status, 421);
  });

  for (const [what, lines] of [
    ['missing', ''],
    ['empty', 'Host: \r\n'],
    ['given twice', 'Host: portal.example\r\nHost: portal.example\r\n'],
    ['given twice with another one', 'Host: portal.example\r\nHost: evil.example\r\n'],
  ])
    test(`is foreign if it is ${what}`, async () => {
      const [, port] = /:(\d+)$/.exec(site.origin) ?? [];
      const socket = connect(Number(port), '127.0.0.1');
      socket.end(`GET /sign-in HTTP/1.0\r\n${lines}\r\n`);
      assert.match(await text(socket), /^HTTP\/1\.1 421 /);
    });

  test('does not matter for health checks, but matters for static files and unknown URLs', async () => {
    const headers = { Host: '10.0.0.1:3000' };
    for (const [path, expected] of [
      ['/healthz', 200],
      ['/readyz', 200],
      ['/assets/none.css', 421],
      ['/nonsense', 421],
    ] as const)
      assert.equal((await sendRaw(site.origin, path, { headers })).status, expected, path);
  });

  test('is named as the reason in the log, without the value, and the page is in the language of the browser', async () => {
    const headers = { Host: 'evil.example', 'Accept-Language': 'de' };
    const answer = await sendRaw(site.origin, '/sign-in', { headers });
    assert.match(answer.text, /Diese Adresse gehört nicht zum Portal/);
    assert.doesNotMatch(answer.text, /class="btn|evil/);
    const line = site.portal
      .logged()
      .split('\n')
      .find((each) => each.includes(String(answer.headers['x-request-id'])));
    assert.match(line ?? '', /"status":421,"reason":"misdirected"/);
    assert.ok(!site.portal.logged().includes('evil.example'));
  });
});

describe('the origin of a form', () => {
  const originOf = (headers: Record<string, string>) => JSON.stringify(headers);

  for (const [headers, onLoopback, onSite] of [
    [{}, 303, 303],
    [{ 'Sec-Fetch-Site': 'same-origin' }, 303, 303],
    [{ 'Sec-Fetch-Site': 'none' }, 303, 303],
    [{ 'Sec-Fetch-Site': 'same-site' }, 403, 403],
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403, 403],
    [{ 'Sec-Fetch-Site': 'CROSS-SITE' }, 403, 403],
    [{ 'Sec-Fetch-Site': 'same-origin, cross-site' }, 403, 403],
    [{ Origin: 'https://portal.example' }, 403, 303],
    [{ Origin: 'https://portal.example', 'Sec-Fetch-Site': 'same-origin' }, 403, 303],
    [{ Origin: 'https://portal.example', 'Sec-Fetch-Site': 'cross-site' }, 403, 403],
    [{ Origin: 'http://portal.example' }, 403, 403],
    [{ Origin: 'https://portal.example:8443' }, 403, 403],
    [{ Origin: 'https://portal.example.evil.example' }, 403, 403],
    [{ Origin: 'https://www.portal.example' }, 403, 403],
    [{ Origin: 'https://evil.example' }, 403, 403],
    [{ Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' }, 403, 403],
    [{ Origin: '' }, 403, 403],
    [{ Origin: 'null' }, 403, 403],
    [{ Origin: 'null', 'Sec-Fetch-Site': 'none' }, 403, 403],
    [{ Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }, 403, 403],
    [{ Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }, 303, 303],
    [{ Origin: 'http://localhost:3000' }, 303, 403],
    [{ Origin: 'http://127.0.0.1:3000' }, 303, 403],
    [{ Origin: 'http://germany.localhost:3000' }, 303, 403],
    [{ Origin: 'http://localhost:3001' }, 403, 403],
    [{ Origin: 'https://localhost:3000' }, 403, 403],
    [{ Origin: 'http://localhost:8080', Host: 'localhost:8080' }, 303, 421],
    [{ Origin: 'http://localhost:8080', Host: 'localhost:8081' }, 403, 421],
  ] as [Record<string, string>, number, number][])
    for (const [{ origin, portal }, expected] of [
      [local, onLoopback],
      [site, onSite],
    ] as const)
      test(`${originOf(headers)} gets ${expected} from ${portal.config.baseUrl.origin}`, async () => {
        const { host } = portal.config.baseUrl;
        const page = await sendRaw(origin, '/sign-in', { headers: { Host: host } });
        const token = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
        const cookies = (page.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
        const { status } = await sendRaw(origin, '/theme', {
          method: 'POST',
          body: `_csrf=${token}&theme=dark`,
          headers: { Host: host, Cookie: cookies, 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
        });
        assert.equal(status, expected);
      });

  test('does not matter for pages, which change nothing', async () => {
    const headers = { Host: 'portal.example', Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    assert.equal((await sendRaw(site.origin, '/sign-in', { headers })).status, 200);
  });

  test('does not reopen a form with a draft that another site submits', async () => {
    const tenant = await aTenant(local.portal, { language: 'en' });
    const admin = await aUser(local.portal, tenant, { administratorLevel: 'global' });
    const person = await aPerson(local.portal, { ...english, Origin: 'https://evil.example' }).visit('/sign-in');
    const answer = await person.send('POST', '/sign-in', { _draft: '', username: admin.username });
    assert.equal(answer.status, 403);
    assert.match(answer.text, /sent from another site/);
  });
});
