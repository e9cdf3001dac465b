import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { aPerson } from '../support/person.ts';
import { sendRaw } from '../support/responses.ts';
import { openPortalWithUsers } from './portal-with-users.ts';

const { portal, origin } = await openPortalWithUsers();
const visitor = await aPerson(portal, { 'Accept-Language': 'en' }).visit('/sign-in');
const urlencoded = 'application/x-www-form-urlencoded';
const own = { Cookie: visitor.cookies(), 'Accept-Language': 'en' };

interface Body {
  readonly body: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const post = ({ body, type = urlencoded, headers = {} }: Body) =>
  sendRaw(origin, '/sign-in', { method: 'POST', body, headers: { ...own, 'Content-Type': type, ...headers } });

const form = (fields: Record<string, string>): string =>
  new URLSearchParams({ _csrf: visitor.csrf, ...fields }).toString();
const padded = (bytes: number): string => {
  const start = `${form({ username: 'ada@a.example' })}&padding=`;
  return start + 'x'.repeat(bytes - start.length);
};
const fields = (count: number): string =>
  [form({}), ...Array.from({ length: count - 1 }, (_, n) => `f${n}=`)].join('&');

describe('a form', () => {
  test('is accepted with 64 KiB and rejected with one byte more', async () => {
    assert.equal((await post({ body: padded(64 * 1024) })).status, 303);
    const { status, text: page } = await post({ body: padded(64 * 1024 + 1) });
    assert.equal(status, 413);
    assert.match(page, /too large/);
  });

  test('is accepted with 200 fields and rejected with 201', async () => {
    assert.equal((await post({ body: fields(200) })).status, 422);
    for (const count of [201, 10_000]) {
      const { status } = await post({ body: fields(count) });
      assert.ok([400, 413].includes(status), String(status));
    }
  });

  const table: [what: string, statuses: number[], body: Body][] = [
    [
      'JSON',
      [400, 415],
      { body: JSON.stringify({ _csrf: visitor.csrf, username: 'ada@a.example' }), type: 'application/json' },
    ],
    ['plain text', [400, 415], { body: form({ username: 'x' }), type: 'text/plain' }],
    ['multipart data', [400, 415], { body: '--x\r\n\r\n--x--', type: 'multipart/form-data; boundary=x' }],
    ['data without a content type', [400, 415], { body: form({ username: 'x' }), type: '' }],
    [
      'data with an unknown charset',
      [400, 415],
      { body: form({ username: 'x' }), type: `${urlencoded}; charset=utf-16` },
    ],
    ['data with an invalid charset', [400, 415], { body: form({ username: 'x' }), type: `${urlencoded}; charset=''` }],
    [
      'data with an unknown encoding',
      [400, 415],
      { body: form({ username: 'x' }), headers: { 'Content-Encoding': 'zstd9' } },
    ],
    ['data with invalid gzip', [400, 415], { body: form({ username: 'x' }), headers: { 'Content-Encoding': 'gzip' } }],
  ];
  for (const [what, statuses, body] of table) {
    test(`is rejected with an explanation if it is ${what}`, async () => {
      const { status, text: page } = await post(body);
      assert.ok(statuses.includes(status), String(status));
      assert.match(page, /couldn’t be processed/);
      assert.doesNotMatch(page, /utf-16|gzip|inflate|incorrect header|boundary|JSON|node_modules/);
    });
  }

  test('is rejected at 64 KiB if it decompresses to 20 MB, without keeping the rest in memory', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, 'a='));
    const before = process.memoryUsage().rss;
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const answer = await fetch(`${origin}/sign-in`, {
          method: 'POST',
          body: new Uint8Array(bomb),
          headers: { ...own, 'Content-Type': urlencoded, 'Content-Encoding': 'gzip' },
        });
        await answer.text();
        return answer.status;
      }),
    );
    assert.deepEqual([...new Set(statuses)], [413]);
    assert.ok(process.memoryUsage().rss - before < 60_000_000);
  });

  test('sets no prototype properties if fields have names of JavaScript internals', async () => {
    const names = [
      '__proto__',
      '__proto__[polluted]',
      '__proto__.polluted',
      'constructor[prototype][polluted]',
      'a[__proto__]',
    ];
    const body = [form({ username: '' }), ...names.map((name) => `${encodeURIComponent(name)}=1`)].join('&');
    assert.equal((await post({ body })).status, 422);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  test('gets the response for invalid input if it has 1,000 brackets or a field repeated 150 times', async () => {
    assert.equal((await post({ body: `${form({})}&a${'[a]'.repeat(1_000)}=1` })).status, 422);
    assert.equal((await post({ body: `${form({})}${'&username=x'.repeat(150)}` })).status, 422);
  });

  test('is rejected with a duplicate token', async () => {
    assert.equal((await post({ body: `${form({ username: 'x' })}&_csrf=${visitor.csrf}` })).status, 403);
  });

  test('is rejected before any lookup if it contains a null byte', async () => {
    for (const body of [form({ username: 'a\0da@a.example' }), `${form({})}&username=a&username=%00`]) {
      assert.equal((await post({ body })).status, 400);
    }
  });
});

/** Sends raw bytes. @returns the status line of the response */
async function bytes(request: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.end(request);
  return (await text(socket).catch(() => '')).split('\r\n')[0] ?? '';
}

describe('a malformed HTTP request', () => {
  const head = `POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${urlencoded}\r\n`;
  const table: [what: string, request: string][] = [
    ['both a length and chunked encoding', `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef`],
    ['a negative length', `${head}Content-Length: -5\r\n\r\n`],
    ['a chunk without a size', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['an unknown coding', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['an unknown method', 'FOO /dashboard HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['no Host header', 'GET /dashboard HTTP/1.1\r\n\r\n'],
    ['a space in the path', 'GET /dash board HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a null byte in a header', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n'],
  ];
  for (const [what, request] of table) {
    test(`is rejected with ${what}`, async () => assert.match(await bytes(request), /^HTTP\/1\.1 (400|405|501) |^$/));
  }

  test('gets 431 with headers of more than 16 KiB', async () => {
    assert.match(
      await bytes(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`),
      /^HTTP\/1\.1 431 /,
    );
    assert.match(await bytes(`GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`), /^HTTP\/1\.1 431 /);
  });

  test('is accepted with 500 headers or a URL of 8 KiB', async () => {
    const headers = Array.from({ length: 500 }, (_, n) => `X-${n}: ${n}\r\n`).join('');
    assert.match(
      await bytes(`GET /healthz HTTP/1.1\r\nHost: localhost\r\n${headers}Connection: close\r\n\r\n`),
      / 200 /,
    );
    assert.match(
      await bytes(`GET /sign-in?${'x'.repeat(8_000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
      / 200 /,
    );
  });
});
