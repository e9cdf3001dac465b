import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { importPath } from '../support/imports.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortalWithUsers } from './portal-with-users.ts';
import {
  responseOf,
  startUpload,
  boundary,
  formEnd,
  english,
  formField,
  fileHead,
  maxUploadBytes,
  type UploadResponse,
} from './upload-requests.ts';

const { portal, origin, global, plainUser } = await openPortalWithUsers();
const admin = await aPerson(portal, english).signIn(global);

const sound = (csrf: string, content = `user name\n${plainUser.username}`): string =>
  formField('_csrf', csrf) + fileHead() + content + formEnd;

async function post(person: Person | null, body: string | Buffer, headers = {}): Promise<UploadResponse> {
  await portal.database.knex('throttles').delete();
  const call = startUpload(origin, person, { 'Content-Length': Buffer.byteLength(body), ...headers });
  call.end(body);
  return responseOf(call);
}

const importsKept = async (): Promise<number> => (await portal.database.knex('imports')).length;

describe('an upload', () => {
  test("is accepted with the form's CSRF token", async () => {
    const { status, location } = await post(admin, sound(admin.csrf));
    assert.equal(status, 303);
    assert.match(location ?? '', new RegExp(`^${importPath}/`));
  });

  test('is limited to 20 MiB', async () => {
    const start = `user name\n${plainUser.username}\n`;
    const padded = (bytes: number): string => start + '\n'.repeat(bytes - start.length);
    assert.equal((await post(admin, sound(admin.csrf, padded(maxUploadBytes)))).status, 303);
    const { status, body } = await post(admin, sound(admin.csrf, padded(maxUploadBytes + 1)));
    assert.equal(status, 413);
    assert.match(body, /The file is larger than 20 MB/);
  });

  test('is read to its end but not stored if it is too large, so that the client sees the response', async () => {
    const before = process.memoryUsage().rss;
    const call = startUpload(origin, admin, { 'Transfer-Encoding': 'chunked' });
    call.write(formField('_csrf', admin.csrf) + fileHead());
    const mebibyte = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 40; count++) if (!call.write(mebibyte)) await once(call, 'drain');
    call.end(formEnd);
    assert.equal((await responseOf(call)).status, 413);
    assert.ok(process.memoryUsage().rss - before < 60 * 1024 * 1024);
  });

  test('gets a response while it is being sent if it never ends', async () => {
    const call = startUpload(origin, admin, { 'Transfer-Encoding': 'chunked' });
    call.write(formField('_csrf', admin.csrf) + fileHead());
    const answer = responseOf(call);
    const mebibyte = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 80 && !call.destroyed; count++) {
      if (!call.write(mebibyte)) await Promise.race([once(call, 'drain'), answer]);
    }
    assert.equal((await answer).status, 413);
    call.destroy();
  });

  const forms: [what: string, body: string | Buffer, status: number][] = [
    ['no file', formField('_csrf', admin.csrf) + formEnd.slice(2), 422],
    ['an empty file', formField('_csrf', admin.csrf) + fileHead() + formEnd, 422],
    ['a file without a name', sound(admin.csrf).replace('filename="a.csv"', 'filename=""'), 303],
    [
      'the file before the token',
      `${fileHead()}user name\n${plainUser.username}\r\n${formField('_csrf', admin.csrf)}${formEnd.slice(2)}`,
      303,
    ],
    ['a second file', sound(admin.csrf).replace(formEnd, `\r\n${fileHead('b.csv')}second${formEnd}`), 303],
    ['no token', `${fileHead()}user name${formEnd}`, 403],
    ['an empty token', sound(''), 403],
    ['an invalid token', sound('a'.repeat(64)), 403],
    ['the token in the file', `${formField('x', '1') + fileHead()}_csrf=${admin.csrf}${formEnd}`, 403],
    ['the token as a file', fileHead('_csrf').replace('name="file"', 'name="_csrf"') + admin.csrf + formEnd, 403],
    ['no closing boundary', `${formField('_csrf', admin.csrf) + fileHead()}user name\nx`, 400],
    ['a boundary other than declared', sound(admin.csrf).replaceAll(boundary, 'other'), 400],
    ['no form data', 'user name\nx', 400],
    [
      'a thousand fields',
      Array.from({ length: 1_000 }, (_, n) => formField(`f${n}`, 'x')).join('') + sound(admin.csrf),
      403,
    ],
    ['an overlong field', formField('x', 'y'.repeat(300_000)) + sound(admin.csrf), 303],
    [
      'an overlong part header',
      `--${boundary}\r\nContent-Disposition: form-data; name="${'x'.repeat(100_000)}"\r\n\r\n1\r\n${sound(admin.csrf)}`,
      303,
    ],
    [
      'fields named like inherited properties',
      formField('__proto__', 'x') + formField('constructor', 'y') + sound(admin.csrf),
      303,
    ],
  ];
  for (const [what, body, status] of forms) {
    test(`gets ${status} with ${what}`, async () => {
      const before = await importsKept();
      const answer = await post(admin, body);
      assert.equal(answer.status, status, answer.body.slice(0, 300));
      if (status !== 303) assert.match(answer.body, /<h1>/);
      assert.ok((await importsKept()) - before === (status === 303 ? 1 : 0) || (await importsKept()) === 10);
      assert.doesNotMatch(answer.body, /Busboy|Dicer|boundary|node_modules/i);
      assert.equal(({} as Record<string, unknown>).x, undefined);
    });
  }

  test('is rejected with another or incomplete content type', async () => {
    for (const kind of ['multipart/form-data', 'multipart/mixed; boundary=b0undary', 'application/json']) {
      assert.equal((await post(admin, sound(admin.csrf), { 'Content-Type': kind })).status, 400, kind);
    }
  });

  test('is rejected from another site, even with a valid token', async () => {
    assert.equal((await post(admin, sound(admin.csrf), { 'Sec-Fetch-Site': 'cross-site' })).status, 403);
  });

  test('leaves nothing behind if it is aborted', async () => {
    const before = await importsKept();
    const call = startUpload(origin, admin, { 'Content-Length': 1_000_000 });
    call.write(`${formField('_csrf', admin.csrf) + fileHead()}user name\n`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    call.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await importsKept(), before);
    assert.equal((await admin.visit('/dashboard')).status, 200);
  });
});
