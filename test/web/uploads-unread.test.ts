import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aUser } from '../support/builders.ts';
import { importPath } from '../support/imports.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortalWithUsers } from './portal-with-users.ts';
import { responseOf, startUpload, formEnd, english, formField, fileHead, maxUploadBytes } from './upload-requests.ts';

const timeoutMs = 15_000;
const { portal, origin, global, plainUser, tenant } = await openPortalWithUsers();
const admin = await aPerson(portal, english).signIn(global);

describe('an upload by a user without permission', () => {
  const senders: [who: string, person: () => Promise<Person | null>, status: number][] = [
    ['without a session', () => Promise.resolve(null), 403],
    ['before sign-in', () => aPerson(portal, english).visit('/sign-in'), 403],
    ['without the right level', () => aPerson(portal, english).signIn(plainUser), 403],
  ];
  for (const [who, person, status] of senders) {
    test(`gets a response while it is still being sent: ${who}`, { timeout: timeoutMs }, async () => {
      const sender = await person();
      const call = startUpload(origin, sender, { 'Content-Length': maxUploadBytes });
      call.write(formField('_csrf', sender?.csrf ?? '') + fileHead());
      // The response arrives although the body never ends.
      const answer = await responseOf(call);
      call.destroy();
      assert.equal(answer.status, status);
      assert.match(answer.body, /<h1>/);
    });
  }

  test('is redirected if the user must change their password', { timeout: timeoutMs }, async () => {
    const pending = await aUser(portal, tenant, { administratorLevel: 'global', password: 'temporary' });
    const person = await aPerson(portal, english).signIn(pending);
    const call = startUpload(origin, person, { 'Content-Length': maxUploadBytes });
    call.flushHeaders();
    const { status, location } = await responseOf(call);
    call.destroy();
    assert.deepEqual([status, location], [303, '/change-password']);
  });
});

describe('an upload', () => {
  for (const path of [
    '/sign-in',
    '/language',
    `${importPath}/`,
    importPath.toUpperCase(),
    '/my-profile/password',
    importPath.replace('import', 'new'),
  ]) {
    test(`is rejected at a path without uploads: ${path}`, async () => {
      const body = `${formField('_csrf', admin.csrf) + fileHead()}user name\nx${formEnd}`;
      const call = startUpload(origin, admin, { 'Content-Length': Buffer.byteLength(body) }, path);
      call.end(body);
      assert.equal((await responseOf(call)).status, 400);
    });
  }
});
