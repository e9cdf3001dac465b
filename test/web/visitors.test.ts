import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aPerson } from '../support/person.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { openPortalWithUsers } from './portal-with-users.ts';

const english = { 'Accept-Language': 'en' };
const server = await postgres();
const [oldSecret, newSecret] = ['o'.repeat(32), 'n'.repeat(32)];

for (const [dialect, databaseUrl, skip] of [
  ['SQLite', undefined, false],
  ['PostgreSQL', server?.url, skipWithout('postgres', server)],
] as const)
  describe(`a visitor, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { portal, addressOf, send, global } = await openPortalWithUsers(databaseUrl ? { databaseUrl } : {});
    const sessions = (): Promise<unknown[]> => portal.database.knex('sessions').select('key');

    for (const route of portal.routes)
      test(`has no stored session after ${route.method} ${route.path}`, async () => {
        const before = await sessions();
        const sent = { method: route.method.toUpperCase(), path: addressOf(route), headers: english };
        const answer = await send(route.method === 'post' ? { ...sent, form: { username: global.username } } : sent);
        assert.ok([200, 303, 403].includes(answer.status), String(answer.status));
        assert.deepEqual(await sessions(), before);
        assert.doesNotMatch(String(answer.headers['set-cookie']), /-session=/);
      });

    test('has a session once the user name has been submitted, which the sign-in replaces', async () => {
      const before = (await sessions()).length;
      const visitor = await aPerson(portal, english).visit('/sign-in');
      await visitor.submit('Next', { 'User name': global.username });
      assert.equal((await sessions()).length, before + 1);
      await visitor.submit('Sign in', { Password: global.clearPassword });
      assert.equal(visitor.path, '/dashboard');
      assert.equal((await sessions()).length, before + 1);
    });
  });

describe("a visitor's token", async () => {
  const { portal, send, global } = await openPortalWithUsers();
  const cookieOf = (value: string) => ({ Cookie: `parvis-worldwide-visitor=${value}` });
  const theme = (_csrf: string, headers: Record<string, string>) =>
    send({ method: 'POST', path: '/theme', form: { _csrf, theme: 'dark' }, headers: { ...english, ...headers } });
  const visitor = await aPerson(portal, english).visit('/sign-in');
  const other = await aPerson(portal, english).visit('/sign-in');
  const [, value = ''] = /-visitor=([^;]+)/.exec(visitor.cookies()) ?? [];
  const [, othersValue = ''] = /-visitor=([^;]+)/.exec(other.cookies()) ?? [];
  const [id = '', signature = ''] = value.split('.');

  for (const [what, cookie, token, status] of [
    ['is accepted with its cookie', value, visitor.csrf, 303],
    ['is rejected without a cookie', '', visitor.csrf, 403],
    ['is rejected with the cookie of another visitor', othersValue, visitor.csrf, 403],
    ['is rejected with an unsigned cookie', id, visitor.csrf, 403],
    ['is rejected with a changed id', `x${id.slice(1)}.${signature}`, visitor.csrf, 403],
    ['is rejected with a changed signature', `${id}.x${signature.slice(1)}`, visitor.csrf, 403],
    ['is rejected with the signature of another id', `${id}.${othersValue.split('.')[1] ?? ''}`, visitor.csrf, 403],
    ['is not the signature', value, signature, 403],
    ['is not the id', value, id, 403],
    ['is not empty', '.', '', 403],
  ] as const)
    test(what, async () => assert.equal((await theme(token, cookieOf(cookie))).status, status));

  test('stays the same on every page of the browser', async () => {
    const person = await aPerson(portal, english).visit('/sign-in');
    const first = person.csrf;
    for (const path of ['/region', '/sign-in?from=germany', '/nonsense', '/sign-in'])
      assert.equal((await person.visit(path)).csrf, first, path);
  });

  test('is accepted neither from a signed-in user nor after sign-out', async () => {
    const person = await aPerson(portal, english).visit('/sign-in');
    const [early, cookies] = [person.csrf, person.cookies()];
    await person.signIn(global);
    assert.doesNotMatch(person.cookies(), /-visitor=/);
    const both = { Cookie: `${person.cookies()}; ${cookies}` };
    assert.equal((await theme(early, both)).status, 403);
    await person.submit('Sign out');
    await person.visit('/sign-in');
    assert.equal((await theme(early, { Cookie: person.cookies() })).status, 403);
  });

  test('is no longer accepted once the password has been accepted', async () => {
    const person = await aPerson(portal, english).visit('/sign-in');
    const early = person.csrf;
    await person.send('POST', '/sign-in', { username: global.username });
    await person.send('POST', '/sign-in/password', { password: global.clearPassword });
    assert.equal((await theme(early, { Cookie: person.cookies() })).status, 403);
  });

  test('is accepted while SESSION_SECRETS are rotated, and a cookie of other secrets counts as missing', async () => {
    const at = async (SESSION_SECRETS: string) =>
      (await openPortalWithUsers({ environment: { SESSION_SECRETS } })).send;
    const [before, during, after] = [await at(oldSecret), await at(`${newSecret},${oldSecret}`), await at(newSecret)];
    const page = await before({ method: 'GET', path: '/sign-in' });
    const [pair = ''] = String(page.headers['set-cookie']?.[0]).split(';');
    const [, _csrf = ''] = /name="_csrf" value="([^"]+)"/.exec(page.text) ?? [];
    const post = { method: 'POST', path: '/theme', form: { _csrf, theme: 'dark' }, headers: { Cookie: pair } };
    assert.equal((await during(post)).status, 303);
    assert.equal((await after(post)).status, 403);
  });

  test('is rejected for the reason csrf.noSession if the browser has no valid cookie', async () => {
    for (const [cookie, reason] of [
      [`${id}.x`, 'csrf.noSession'],
      [othersValue, 'csrf.outdated'],
    ] as const) {
      const answer = await theme(visitor.csrf, cookieOf(cookie));
      const line = portal
        .logged()
        .split('\n')
        .find((each) => each.includes(String(answer.headers['x-request-id'])));
      assert.match(line ?? '', new RegExp(`"reason":"${reason}"`));
    }
  });
});

describe('the page to open after sign-in', async () => {
  const { portal, global, send } = await openPortalWithUsers();

  test('is opened once, by the next sign-in in this browser', async () => {
    const person = await aPerson(portal, english).visit('/my-profile/security');
    assert.equal(person.path, '/sign-in');
    await person.signIn(global);
    assert.equal(person.path, '/my-profile/security');
    await person.submit('Sign out');
    await person.signIn(global);
    assert.equal(person.path, '/dashboard');
  });

  for (const planted of ['https://evil.example/', '//evil.example', '/\\evil.example', 'evil', `/${'x'.repeat(500)}`])
    test(`is the dashboard if the cookie was planted: ${planted.slice(0, 30)}`, async () => {
      const person = await aPerson(portal, english).visit('/sign-in');
      await person.send('POST', '/sign-in', { username: global.username });
      const cookies = `${person.cookies()}; parvis-worldwide-return=${encodeURIComponent(planted)}`;
      const form = { _csrf: person.csrf, password: global.clearPassword };
      const answer = await send({ method: 'POST', path: '/sign-in/password', form, headers: { Cookie: cookies } });
      assert.deepEqual([answer.status, answer.headers.location], [303, '/dashboard']);
    });
});
