import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aUser } from '../support/builders.ts';
import { importPath } from '../support/imports.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openInventory } from './inventory.ts';
import { answered, begin, end, english, field, fileHead, limit } from './sending.ts';

const patienceMs = 15_000;
const { portal, origin, global, nobodySpecial, tenant } = await openInventory();
const admin = await aPerson(portal, english).signIn(global);

describe('an upload by a user without permission', () => {
  const strangers: [who: string, person: () => Promise<Person | null>, status: number][] = [
    ['without a session', () => Promise.resolve(null), 403],
    ['before sign-in', () => aPerson(portal, english).visit('/sign-in'), 403],
    ['without the right level', () => aPerson(portal, english).signIn(nobodySpecial), 403],
  ];
  for (const [who, person, status] of strangers) {
    test(`is answered while it is still being sent: ${who}`, { timeout: patienceMs }, async () => {
      const stranger = await person();
      const call = begin(origin, stranger, { 'Content-Length': limit });
      call.write(field('_csrf', stranger?.csrf ?? '') + fileHead());
      // The response arrives although the body never ends.
      const answer = await answered(call);
      call.destroy();
      assert.equal(answer.status, status);
      assert.match(answer.body, /<h1>/);
    });
  }

  test(
    'is answered with a redirect if the user must change their password first',
    { timeout: patienceMs },
    async () => {
      const pending = await aUser(portal, tenant, { administratorLevel: 'global', password: 'temporary' });
      const person = await aPerson(portal, english).signIn(pending);
      const call = begin(origin, person, { 'Content-Length': limit });
      call.flushHeaders();
      const { status, location } = await answered(call);
      call.destroy();
      assert.deepEqual([status, location], [303, '/change-password']);
    },
  );
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
    test(`is rejected unread at a path without uploads: ${path}`, async () => {
      const body = `${field('_csrf', admin.csrf) + fileHead()}user name\nx${end}`;
      const call = begin(origin, admin, { 'Content-Length': Buffer.byteLength(body) }, path);
      call.end(body);
      assert.equal((await answered(call)).status, 400);
    });
  }
});
