import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Route } from '../../src/site/http/routing.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortalWithUsers, stateOf } from './portal-with-users.ts';

const english = { 'Accept-Language': 'en' };
const { portal, addressOf, send, global } = await openPortalWithUsers();
const posts = portal.routes.filter(({ method }) => method === 'post');

/** A user who may use the route, on a page with a form. */
async function userFor({ path, access }: Route): Promise<Person> {
  const person = aPerson(portal, english);
  if (access === 'anyone' && path !== '/sign-out') return person.visit('/sign-in');
  return person.signIn(global);
}

// Fields that would have an effect if the request were accepted.
const effective: Readonly<Record<string, string>> = {
  ...{ username: global.username, password: global.clearPassword, language: 'de', theme: 'dark', session: 'others' },
  ...{ epoch: '0', currentPassword: global.clearPassword, newPassword: 'mille cailloux au bord', returnTo: '/' },
  ...{ confirmPassword: 'mille cailloux au bord', tenantName: 'B', domain: 'b.example', adminName: 'Eve' },
};

const otherSession = await aPerson(portal, english).signIn(global);

type Forgery = (
  person: Person,
) => Promise<{ form: Record<string, string>; headers?: Record<string, string>; path?: string }>;
const forgeries: Record<string, Forgery> = {
  'no token': () => Promise.resolve({ form: {} }),
  'an empty token': () => Promise.resolve({ form: { _csrf: '' } }),
  'a guessed token': ({ csrf }) => Promise.resolve({ form: { _csrf: 'a'.repeat(csrf.length) } }),
  'a truncated token': ({ csrf }) => Promise.resolve({ form: { _csrf: csrf.slice(0, -1) } }),
  'the token of another session': () => Promise.resolve({ form: { _csrf: otherSession.csrf } }),
  "the token of a visitor's session": async () => ({
    form: { _csrf: (await aPerson(portal, english).visit('/sign-in')).csrf },
  }),
  'the token as a list': ({ csrf }) => Promise.resolve({ form: { '_csrf[]': csrf, '_csrf[0]': csrf } }),
  'the token in a header': ({ csrf }) => Promise.resolve({ form: {}, headers: { 'X-CSRF-Token': csrf } }),
  'the token in the URL': ({ csrf }) => Promise.resolve({ form: {}, path: `?_csrf=${csrf}` }),
  'the valid token, sent from another site': ({ csrf }) =>
    Promise.resolve({ form: { _csrf: csrf }, headers: { 'Sec-Fetch-Site': 'cross-site' } }),
  'the valid token, sent from another subdomain': ({ csrf }) =>
    Promise.resolve({ form: { _csrf: csrf }, headers: { 'Sec-Fetch-Site': 'same-site' } }),
  'the valid token, with the origin of another site': ({ csrf }) =>
    Promise.resolve({ form: { _csrf: csrf }, headers: { Origin: 'https://evil.example' } }),
  'the valid token, with the origin of another region on this machine': ({ csrf }) =>
    Promise.resolve({ form: { _csrf: csrf }, headers: { Origin: 'http://localhost:3001' } }),
  'the valid token, with an opaque origin': ({ csrf }) =>
    Promise.resolve({ form: { _csrf: csrf }, headers: { Origin: 'null' } }),
};

for (const route of posts) {
  describe(`POST ${route.path}`, () => {
    test('rejects every forged request, without any effect', async () => {
      const person = await userFor(route);
      assert.ok(person.csrf.length >= 32);
      const before = await stateOf(portal.database);
      for (const [how, forge] of Object.entries(forgeries)) {
        const { form, headers = {}, path = '' } = await forge(person);
        const address = addressOf(route) + path;
        const answer = await send({ method: 'POST', path: address, person, form: { ...effective, ...form }, headers });
        assert.equal(answer.status, 403, how);
        assert.match(answer.text, /form has expired|sent from another site/, how);
        const cookies = [answer.headers['set-cookie'] ?? []].flat().join();
        assert.doesNotMatch(cookies, /language|theme|device/, how);
      }
      assert.deepEqual(await stateOf(portal.database), before);
    });

    test('rejects a token from before sign-in', async () => {
      const person = await aPerson(portal, english).visit('/sign-in');
      const early = person.csrf;
      await person.signIn(global);
      assert.notEqual(person.csrf, early);
      const before = await stateOf(portal.database);
      const form = { ...effective, _csrf: early };
      assert.equal((await send({ method: 'POST', path: addressOf(route), person, form })).status, 403);
      assert.deepEqual(await stateOf(portal.database), before);
    });

    test("accepts the session's token from old and new browsers", async () => {
      const origins: Record<string, string>[] = [
        {},
        { 'Sec-Fetch-Site': 'same-origin' },
        { 'Sec-Fetch-Site': 'none' },
        { Origin: portal.config.baseUrl.origin },
        { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' },
      ];
      for (const headers of origins) {
        const person = await userFor(route);
        const form = { _csrf: person.csrf, epoch: '-1' };
        const { status } = await send({
          method: 'POST',
          path: addressOf(route),
          person,
          form,
          headers,
        });
        assert.notEqual(status, 403);
      }
    });
  });
}

describe('a session that has ended', () => {
  test('makes its token invalid', async () => {
    const person = await aPerson(portal, english).signIn(global);
    const [csrf, cookies] = [person.csrf, person.cookies()];
    await send({ method: 'POST', path: '/sign-out', person, form: { _csrf: csrf } });
    const replay = {
      method: 'POST',
      path: '/language',
      form: { _csrf: csrf, language: 'de' },
      headers: { Cookie: cookies },
    };
    assert.equal((await send(replay)).status, 403);
  });
});

test('the portal has forms to test', () => {
  assert.ok(posts.length >= 8);
});
