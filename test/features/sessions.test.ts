import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { databaseContents, sendRaw } from '../support/responses.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

const english = { 'Accept-Language': 'en' };
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const sessionCookie = 'parvis-worldwide-session';

const sessionIdOf = (person: Person): string =>
  new RegExp(`${sessionCookie}=([^;]+)`).exec(person.cookies())?.[1] ?? '';

describe('session security', async () => {
  const portal = await openPortal();
  const origin = await portal.listen();
  const tenant = await aTenant(portal, { language: 'en' });
  const zoe = await aUser(portal, tenant);

  const opens = async (cookie: string): Promise<boolean> =>
    (await sendRaw(origin, '/dashboard', { headers: { Cookie: cookie } })).status === 200;

  it('replaces the session ID at sign-in, so that an ID known before is useless', async () => {
    const person = await aPerson(portal, english).visit('/sign-in');
    const before = person.cookies();
    await person.signIn(zoe);
    assert.notEqual(sessionIdOf(person), '');
    assert.ok(!before.includes(sessionIdOf(person)));
    assert.equal(await opens(before), false);
    assert.equal(await opens(person.cookies()), true);
  });

  it('prevents session fixation: a planted cookie stays signed out after the victim signs in', async () => {
    const stranger = await aPerson(portal, english).visit('/sign-in');
    const planted = stranger.cookies();
    const victim = await aPerson(portal, { ...english, Cookie: planted }).signIn(zoe);
    assert.equal(victim.path, '/dashboard');
    assert.equal(await opens(planted), false);
    assert.equal((await stranger.visit('/dashboard')).path, '/sign-in');
  });

  it('rejects session IDs without a valid signature', async () => {
    const person = await aPerson(portal, english).signIn(zoe);
    const id = decodeURIComponent(sessionIdOf(person)).slice('s:'.length);
    const bare = id.slice(0, id.indexOf('.'));
    const forgeries = [
      '',
      bare,
      `s:${bare}`,
      `s:${bare}.`,
      `s:${id.slice(0, -1)}A-`,
      `s:other${id}`,
      `j:{"id":"${bare}"}`,
    ];
    assert.equal(await opens(`${sessionCookie}=${encodeURIComponent(`s:${id}`)}`), true);
    for (const forged of forgeries) {
      assert.equal(await opens(`${sessionCookie}=${encodeURIComponent(forged)}`), false, forged);
    }
  });

  it('stores only a digest of each session ID', async () => {
    const person = await aPerson(portal, english).signIn(zoe);
    const id = decodeURIComponent(sessionIdOf(person)).slice('s:'.length);
    const kept = await databaseContents(portal.database);
    assert.ok(!kept.includes(id.slice(0, id.indexOf('.'))));
    assert.ok(!kept.includes(id.slice(id.indexOf('.') + 1)));
  });

  it('allows several sessions of the same user', async () => {
    const first = await aPerson(portal, english).signIn(zoe);
    const second = await aPerson(portal, english).signIn(zoe);
    assert.equal((await first.visit('/my-profile')).path, '/my-profile');
    assert.equal((await second.visit('/my-profile')).path, '/my-profile');
  });

  it('uses a __Host- cookie with HttpOnly and SameSite over HTTPS', async () => {
    const secure = await openPortal({ environment: { BASE_URL: 'https://portal.example', REGION_URLS: '' } });
    const answer = await sendRaw(await secure.listen(), '/sign-in', { headers: { Host: 'portal.example' } });
    const [cookie] = answer.headers['set-cookie'] ?? [];
    assert.match(cookie ?? '', /^__Host-parvis-worldwide-visitor=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });
});

describe('the end of a session', async () => {
  const portal = await openPortal();
  const origin = await portal.listen();
  const tenant = await aTenant(portal, { language: 'en' });
  const zoe = await aUser(portal, tenant);
  const sessionsOf = ({ id }: TestUser): Promise<unknown[]> =>
    portal.database.knex('user_sessions').where({ user_id: id }).select();
  const isOver = async (person: Person): Promise<boolean> => (await person.visit('/my-profile')).path === '/sign-in';

  it('signing out ends the session immediately and permanently', async () => {
    const person = await aPerson(portal, english).signIn(zoe);
    const other = await aPerson(portal, english).signIn(zoe);
    const cookie = person.cookies();
    const before = await sessionsOf(zoe);
    const answer = await person.send('POST', '/sign-out');
    assert.equal((await sessionsOf(zoe)).length, before.length - 1);
    assert.equal(answer.headers.location, '/sign-in');
    assert.equal(answer.headers['clear-site-data'], '"cache", "storage"');
    for (const path of ['/dashboard', '/my-profile', '/change-password']) {
      assert.equal((await sendRaw(origin, path, { headers: { Cookie: cookie } })).headers.location, '/sign-in');
    }
    assert.equal(await isOver(other), false);
  });

  it('a link or a form on another site cannot end a session', async () => {
    const person = await aPerson(portal, english).signIn(zoe);
    assert.equal((await person.send('GET', '/sign-out')).status, 405);
    assert.equal((await person.send('POST', '/sign-out', {}, { csrf: null })).status, 403);
    assert.equal((await person.send('POST', '/sign-out', {}, { csrf: 'of another session' })).status, 403);
    const headers = {
      Cookie: person.cookies(),
      'Sec-Fetch-Site': 'cross-site',
      'Content-Type': 'application/x-www-form-urlencoded',
    };
    const forged = await sendRaw(origin, '/sign-out', { method: 'POST', headers, body: `_csrf=${person.csrf}` });
    assert.equal(forged.status, 403);
    assert.equal(await isOver(person), false);
  });

  it('a session ends after 30 minutes without a request', async () => {
    const person = await aPerson(portal, english).signIn(zoe);
    portal.clock.now += 30 * minuteMs - 1;
    assert.equal(await isOver(person), false);
    portal.clock.now += 30 * minuteMs;
    assert.equal(await isOver(person), true);
  });

  it('a session ends after 12 hours, even if it is active', async () => {
    const person = await aPerson(portal, english).signIn(zoe);
    const end = portal.clock.now + 12 * hourMs;
    portal.clock.now += 20 * minuteMs;
    // This request renews the stored session data for 12 hours, but not the session itself.
    await person.send('POST', '/my-profile/sessions', { session: 'others' });
    while (portal.clock.now + 25 * minuteMs < end) {
      portal.clock.now += 25 * minuteMs;
      assert.equal(await isOver(person), false);
    }
    portal.clock.now = end - 1;
    assert.equal(await isOver(person), false);
    portal.clock.now = end;
    assert.equal(await isOver(person), true);
  });

  it('a session ends with the next request after the user is blocked or deleted', async () => {
    for (const state of ['blocked', 'deleted']) {
      const user = await aUser(portal, tenant);
      const person = await aPerson(portal, english).signIn(user);
      await portal.database.knex('users').where({ id: user.id }).update({ state });
      assert.equal(await isOver(person), true, state);
    }
  });

  it('the sessions of a tenant, and no others, end with the next request after it is suspended', async () => {
    const closing = await aTenant(portal);
    const person = await aPerson(portal, english).signIn(await aUser(portal, closing));
    const neighbour = await aPerson(portal, english).signIn(zoe);
    await tenantsStore.setState(portal.database, closing.id, 'suspended');
    assert.equal(await isOver(person), true);
    assert.equal(await isOver(neighbour), false);
  });

  it('losing a level does not end the session, but the permissions change with the next request', async () => {
    const admin = await aUser(portal, tenant, { administratorLevel: 'global' });
    const person = await aPerson(portal, english).signIn(admin);
    assert.equal((await person.visit('/account-settings/user-management')).status, 200);
    await portal.database.knex('users').where({ id: admin.id }).update({ administrator_level: 'none' });
    assert.equal((await person.visit('/account-settings/user-management')).status, 403);
    assert.equal(await isOver(person), false);
  });
});
