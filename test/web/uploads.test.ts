import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { importPath } from '../support/imports.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openInventory } from './inventory.ts';
import { answered, begin, boundary, end, english, field, fileHead, limit, type Answer } from './sending.ts';

const { portal, origin, global, nobodySpecial } = await openInventory();
const admin = await aPerson(portal, english).signIn(global);

const sound = (csrf: string, content = `user name\n${nobodySpecial.username}`): string =>
  field('_csrf', csrf) + fileHead() + content + end;

async function post(person: Person | null, body: string | Buffer, headers = {}): Promise<Answer> {
  await portal.database.knex('throttles').delete();
  const call = begin(origin, person, { 'Content-Length': Buffer.byteLength(body), ...headers });
  call.end(body);
  return answered(call);
}

const importsKept = async (): Promise<number> => (await portal.database.knex('imports')).length;

describe('a file that is sent', () => {
  test('is taken with its form’s token', async () => {
    const { status, location } = await post(admin, sound(admin.csrf));
    assert.equal(status, 303);
    assert.match(location ?? '', new RegExp(`^${importPath}/`));
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
    const call = begin(origin, admin, { 'Transfer-Encoding': 'chunked' });
    call.write(field('_csrf', admin.csrf) + fileHead());
    const mebibyte = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 40; count++) if (!call.write(mebibyte)) await once(call, 'drain');
    call.end(end);
    assert.equal((await answered(call)).status, 413);
    assert.ok(process.memoryUsage().rss - before < 60 * 1024 * 1024);
  });

  test('that does not end is cut off in words', async () => {
    const call = begin(origin, admin, { 'Transfer-Encoding': 'chunked' });
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
    const call = begin(origin, admin, { 'Content-Length': 1_000_000 });
    call.write(`${field('_csrf', admin.csrf) + fileHead()}user name\n`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    call.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await importsKept(), before);
    assert.equal((await admin.visit('/dashboard')).status, 200);
  });
});
