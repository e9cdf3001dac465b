import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aPerson } from '../support/person.ts';
import { openPortalWithUsers, stateOf } from './portal-with-users.ts';

const { portal, send, addressOf, global } = await openPortalWithUsers();
const admin = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(global);
const { csrf } = admin;

/** Sends a request to every route. @returns the routes that responded with another status */
async function answeredOtherwise(
  methods: readonly string[],
  headers: Readonly<Record<string, string>>,
  expected: number,
): Promise<string[]> {
  const others: string[] = [];
  const routes = portal.routes.filter(({ method }) => methods.includes(method));
  assert.ok(routes.length > 20, 'the portal has many routes of each method');
  for (const route of routes) {
    const method = route.method.toUpperCase();
    const path = addressOf(route);
    const form = method === 'POST' ? { form: { _csrf: csrf } } : {};
    const { status } = await send({ method, path, person: admin, headers, ...form });
    if (status !== expected) others.push(`${method} ${route.path}: ${status}`);
  }
  return others;
}

describe('every route', () => {
  test('is refused under another host, even with a valid session and token', async () => {
    const before = await stateOf(portal.database);
    assert.deepEqual(await answeredOtherwise(['get', 'post'], { Host: 'evil.example' }, 421), []);
    assert.deepEqual(await stateOf(portal.database), before);
  });

  test('refuses a form from another site, even with a valid session and token', async () => {
    const before = await stateOf(portal.database);
    for (const origin of ['https://evil.example', 'http://localhost:3001', 'null'])
      assert.deepEqual(await answeredOtherwise(['post'], { Origin: origin }, 403), [], origin);
    assert.deepEqual(await stateOf(portal.database), before);
  });
});
