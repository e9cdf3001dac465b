import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { editFormValues } from '../support/edit-user.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const english = { 'Accept-Language': 'en' };
const chosen = 'seven quiet otters nap';
const list = '/account-settings/user-management';

const portal = await openPortal();
const tenant = await aTenant(portal, { language: 'en' });
const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
const signedIn = (user: TestUser): Promise<Person> => aPerson(portal, english).signIn(user);

/** All rows that a partially completed action could have changed. */
async function state(): Promise<object> {
  const { knex } = portal.database;
  const [users, sessions, tenants] = [
    knex('users').orderBy('id'),
    knex('user_sessions').orderBy('id'),
    knex('tenants'),
  ];
  return { users: await users, sessions: await sessions, tenants: await tenants, activity: await knex('activity') };
}

async function withFailingActivityLog<T>(work: () => Promise<T>): Promise<T> {
  const { knex } = portal.database;
  await knex.raw("create trigger refuse before insert on activity begin select raise(abort, 'no room'); end");
  try {
    return await work();
  } finally {
    await knex.raw('drop trigger refuse');
  }
}

describe('an action that cannot be recorded', () => {
  const change = { currentPassword: goodPassword, newPassword: chosen, confirmPassword: chosen };
  const actions: [
    label: string,
    by: 'admin' | 'self',
    path: string,
    fields: Record<string, string>,
    overrides?: Partial<TestUser>,
  ][] = [
    ['a password reset', 'admin', '/reset-password', { epoch: '0' }],
    ['a block', 'admin', '/block', {}],
    ['unblocking', 'admin', '/unblock', {}, { state: 'blocked' }],
    ['a deletion', 'admin', '/delete', {}],
    ["ending a user's sessions", 'admin', '/end-sessions', {}],
    ['editing a user', 'admin', '', { displayName: 'Somebody Else' }],
    ["changing one's own password", 'self', '/my-profile/password', change],
    ['a forced password change', 'self', '/change-password', change, { password: 'temporary' }],
    ['signing out', 'self', '/sign-out', {}],
    ["ending one's other sessions", 'self', '/my-profile/sessions', { session: 'others' }],
  ];

  for (const [label, by, path, fields, overrides = {}] of actions) {
    it(`is rolled back with a generic error page: ${label}`, async () => {
      const zoe = await aUser(portal, tenant, overrides);
      if (zoe.state === 'active') await signedIn(zoe);
      const person = await signedIn(by === 'admin' ? camille : zoe);
      const address = by === 'admin' ? `${list}/${zoe.id}${path}` : path;
      const form = path === '' ? editFormValues(await person.visit(address)) : {};
      const before = await state();
      const send = () => person.send('POST', address, { ...form, ...fields });
      const answer = await withFailingActivityLog(send);
      assert.equal(answer.status, 500);
      assert.deepEqual(await state(), before);
      assert.doesNotMatch(answer.text, /no room|insert|trigger|SQLITE|argon2|at \S+ \(/);
      assert.doesNotMatch(answer.text, /[A-Z2-9]{4}(-[A-Z2-9]{4}){4}/);
      assert.ok(answer.text.includes(String(answer.headers['x-request-id'])));
      assert.ok([200, 303].includes((await send()).status), 'it succeeds afterwards');
    });
  }

  it('is rolled back, so that a sign-in opens no session', async () => {
    const zoe = await aUser(portal, tenant);
    const before = await state();
    const person = await withFailingActivityLog(() => signedIn(zoe));
    assert.equal(person.status, 500);
    assert.equal((await person.visit('/dashboard')).path, '/sign-in');
    assert.deepEqual(await state(), before);
    assert.equal((await signedIn(zoe)).path, '/dashboard');
  });

  it('is rolled back even if the whole activity log is missing, and the old password and sessions remain', async () => {
    const zoe = await aUser(portal, tenant);
    const [user, admin] = [await signedIn(zoe), await signedIn(camille)];
    await portal.database.knex.schema.renameTable('activity', 'away');
    const answer = await admin.send('POST', `${list}/${zoe.id}/reset-password`, { epoch: '0' });
    await portal.database.knex.schema.renameTable('away', 'activity');
    assert.equal(answer.status, 500);
    assert.equal((await user.visit('/my-profile')).path, '/my-profile');
    assert.equal((await signedIn(zoe)).path, '/dashboard');
  });

  it('is logged without personal data', async () => {
    const zoe = await aUser(portal, tenant, {
      displayName: 'Kanarienvogel',
      username: `kanarienvogel@${tenant.domain}`,
    });
    const admin = await signedIn(camille);
    await withFailingActivityLog(() => admin.send('POST', `${list}/${zoe.id}/reset-password`, { epoch: '0' }));
    const { knex } = portal.database;
    await knex.raw("create trigger refuse before update on users begin select raise(abort, 'no room'); end");
    assert.equal((await admin.send('POST', `${list}/${zoe.id}/reset-password`, { epoch: '0' })).status, 500);
    await knex.raw('drop trigger refuse');
    await knex.raw("create trigger refuse before insert on sessions begin select raise(abort, 'no room'); end");
    const person = aPerson(portal, english);
    await person.visit('/sign-in');
    await person.send('POST', '/sign-in', { username: zoe.username });
    await knex.raw('drop trigger refuse');
    assert.match(portal.logged(), /no room/);
    for (const word of ['anarienvogel', 'argon2', 'Camille', tenant.domain, zoe.clearPassword]) {
      assert.ok(!portal.logged().includes(word), word);
    }
  });
});
