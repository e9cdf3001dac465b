import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { aUser } from '../support/builders.ts';
import { importAddress } from '../support/imports.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openInventory } from './inventory.ts';

const english = { 'Accept-Language': 'en' };
const limit = 5 * 1024 * 1024;
const patienceMs = 15_000;
const { portal, origin, global, nobodySpecial, tenant } = await openInventory();
const admin = await aPerson(portal, english).signIn(global);
const boundary = 'b0undary';
const type = `multipart/form-data; boundary=${boundary}`;

const field = (name: string, value: string): string =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const fileHead = (name = 'a.csv'): string =>
  `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`;
const end = `\r\n--${boundary}--\r\n`;
const sound = (csrf: string, content = `user name\n${nobodySpecial.username}`): string =>
  field('_csrf', csrf) + fileHead() + content + end;

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

async function answered(call: ClientRequest): Promise<Answer> {
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, location: response.headers.location, body: await text(response) };
}

function begin(
  person: Person | null,
  headers: Record<string, string | number> = {},
  path = importAddress,
): ClientRequest {
  const cookie = person ? { Cookie: person.cookies() } : {};
  const call = request(origin + path, {
    method: 'POST',
    headers: { 'Content-Type': type, ...english, ...cookie, ...headers },
  });
  call.on('error', () => undefined);
  return call;
}

async function post(person: Person | null, body: string | Buffer, headers = {}, path = importAddress): Promise<Answer> {
  await portal.database.knex('throttles').delete();
  const call = begin(person, { 'Content-Length': Buffer.byteLength(body), ...headers }, path);
  call.end(body);
  return answered(call);
}

const importsKept = async (): Promise<number> => (await portal.database.knex('imports')).length;

describe('a file that is sent', () => {
  test('is taken with its form’s token', async () => {
    const { status, location } = await post(admin, sound(admin.csrf));
    assert.equal(status, 303);
    assert.match(location ?? '', new RegExp(`^${importAddress}/`));
  });

  test('may have 5 MiB, and not a byte more', async () => {
    const start = `user name\n${nobodySpecial.username}\n`;
    const padded = (bytes: number): string => start + '\n'.repeat(bytes - start.length);
    assert.equal((await post(admin, sound(admin.csrf, padded(limit)))).status, 303);
    const { status, body } = await post(admin, sound(admin.csrf, padded(limit + 1)));
    assert.equal(status, 413);
    assert.match(body, /The file is larger than 5 MB/);
  });

  test('that is far too large is read to its end and not kept, so that its sender hears why', async () => {
    const before = process.memoryUsage().rss;
    const call = begin(admin, { 'Transfer-Encoding': 'chunked' });
    call.write(field('_csrf', admin.csrf) + fileHead());
    const mebibyte = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 40; count++) if (!call.write(mebibyte)) await once(call, 'drain');
    call.end(end);
    assert.equal((await answered(call)).status, 413);
    assert.ok(process.memoryUsage().rss - before < 60 * 1024 * 1024);
  });

  test('that does not end is cut off in words', async () => {
    const call = begin(admin, { 'Transfer-Encoding': 'chunked' });
    call.write(field('_csrf', admin.csrf) + fileHead());
    const answer = answered(call);
    const mebibyte = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 80 && !call.destroyed; count++) {
      if (!call.write(mebibyte)) await Promise.race([once(call, 'drain'), answer]);
    }
    assert.equal((await answer).status, 413);
    call.destroy();
  });

  const forms: [what: string, body: string | Buffer, status: number][] = [
    ['no file', field('_csrf', admin.csrf) + end.slice(2), 422],
    ['an empty file', field('_csrf', admin.csrf) + fileHead() + end, 422],
    ['a file without a name', sound(admin.csrf).replace('filename="a.csv"', 'filename=""'), 303],
    [
      'the file before the token',
      `${fileHead()}user name\n${nobodySpecial.username}\r\n${field('_csrf', admin.csrf)}${end.slice(2)}`,
      303,
    ],
    ['another file behind the first', sound(admin.csrf).replace(end, `\r\n${fileHead('b.csv')}second${end}`), 303],
    ['no token', `${fileHead()}user name${end}`, 403],
    ['an empty token', sound(''), 403],
    ['somebody else’s token', sound('a'.repeat(64)), 403],
    ['the token in the file', `${field('x', '1') + fileHead()}_csrf=${admin.csrf}${end}`, 403],
    ['the token as a file', fileHead('_csrf').replace('name="file"', 'name="_csrf"') + admin.csrf + end, 403],
    ['no end', `${field('_csrf', admin.csrf) + fileHead()}user name\nx`, 400],
    ['another boundary than it says', sound(admin.csrf).replaceAll(boundary, 'other'), 400],
    ['nothing of a form', 'user name\nx', 400],
    [
      'a thousand fields',
      Array.from({ length: 1_000 }, (_, n) => field(`f${n}`, 'x')).join('') + sound(admin.csrf),
      403,
    ],
    ['a field without end', field('x', 'y'.repeat(300_000)) + sound(admin.csrf), 303],
    [
      'a heading without end',
      `--${boundary}\r\nContent-Disposition: form-data; name="${'x'.repeat(100_000)}"\r\n\r\n1\r\n${sound(admin.csrf)}`,
      303,
    ],
    ['a name for everybody’s prototype', field('__proto__', 'x') + field('constructor', 'y') + sound(admin.csrf), 303],
  ];
  for (const [what, body, status] of forms) {
    test(`with ${what}: ${status}, in words`, async () => {
      const before = await importsKept();
      const answer = await post(admin, body);
      assert.equal(answer.status, status, answer.body.slice(0, 300));
      if (status !== 303) assert.match(answer.body, /<h1>/);
      assert.ok((await importsKept()) - before === (status === 303 ? 1 : 0) || (await importsKept()) === 10);
      assert.doesNotMatch(answer.body, /Busboy|Dicer|boundary|node_modules/i);
      assert.equal(({} as Record<string, unknown>).x, undefined);
    });
  }

  test('of a kind that is half multipart is refused', async () => {
    for (const kind of ['multipart/form-data', 'multipart/mixed; boundary=b0undary', 'application/json']) {
      assert.equal((await post(admin, sound(admin.csrf), { 'Content-Type': kind })).status, 400, kind);
    }
  });

  test('from another site is refused, whatever token it has', async () => {
    assert.equal((await post(admin, sound(admin.csrf), { 'Sec-Fetch-Site': 'cross-site' })).status, 403);
  });

  test('whose sender leaves halfway leaves nothing behind', async () => {
    const before = await importsKept();
    const call = begin(admin, { 'Content-Length': 1_000_000 });
    call.write(`${field('_csrf', admin.csrf) + fileHead()}user name\n`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    call.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await importsKept(), before);
    assert.equal((await admin.visit('/dashboard')).status, 200);
  });

  for (const path of [
    '/sign-in',
    '/language',
    `${importAddress}/`,
    importAddress.toUpperCase(),
    '/my-profile/password',
    importAddress.replace('import', 'new'),
  ]) {
    test(`to an address that takes none is refused unread: ${path}`, async () => {
      assert.equal((await post(admin, sound(admin.csrf), {}, path)).status, 400);
    });
  }
});

describe('nothing is read of a file from somebody', () => {
  const strangers: [who: string, person: () => Promise<Person | null>, status: number][] = [
    ['without a session', () => Promise.resolve(null), 403],
    ['who has not signed in', () => aPerson(portal, english).visit('/sign-in'), 403],
    ['who may not import', () => aPerson(portal, english).signIn(nobodySpecial), 403],
  ];
  for (const [who, person, status] of strangers) {
    test(`${who}: they are answered while they still send`, { timeout: patienceMs }, async () => {
      const stranger = await person();
      const call = begin(stranger, { 'Content-Length': limit });
      call.write(field('_csrf', stranger?.csrf ?? '') + fileHead());
      // The answer comes although the body never does.
      const answer = await answered(call);
      call.destroy();
      assert.equal(answer.status, status);
      assert.match(answer.body, /<h1>/);
    });
  }

  test('who must change their password first: they are led there', { timeout: patienceMs }, async () => {
    const pending = await aUser(portal, tenant, { administratorLevel: 'global', password: 'temporary' });
    const person = await aPerson(portal, english).signIn(pending);
    const call = begin(person, { 'Content-Length': limit });
    call.flushHeaders();
    const { status, location } = await answered(call);
    call.destroy();
    assert.deepEqual([status, location], [303, '/change-password']);
  });
});
