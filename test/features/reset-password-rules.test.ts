import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { administratorLevels, type AdministratorLevel } from '../../src/domain/roles.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { normalizedResponse } from '../support/responses.ts';
import { translator } from '../support/translator.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const english = { 'Accept-Language': 'en' };
const { t } = translator('en');
const userAddress = ({ id }: { id: string }): string => `/account-settings/user-management/${id}`;
const resetAddress = (user: { id: string }): string => `${userAddress(user)}/reset-password`;

const portal = await openPortal();
const tenant = await aTenant(portal, { language: 'en' });
const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
const signedIn = (user: TestUser) => aPerson(portal, english).signIn(user);
const withLevel = (administratorLevel: AdministratorLevel, more = {}) =>
  aUser(portal, tenant, { administratorLevel, ...more });
const rowOf = ({ id }: TestUser) => portal.database.knex('users').where({ id }).first() as Promise<object>;
const post = (person: Person, user: TestUser) => person.send('POST', resetAddress(user), { epoch: String(user.epoch) });

interface RefusalRow {
  readonly actor_id: string;
  readonly kind: string;
  readonly data: string;
}
const refusalsOf = ({ id }: TestUser): Promise<RefusalRow[]> =>
  portal.database.knex('activity').where({ target_id: id, kind: 'refused' }).select('actor_id', 'kind', 'data');

describe('permission to reset a password', () => {
  const allowed: Readonly<Record<AdministratorLevel, readonly AdministratorLevel[]>> = {
    global: ['global', 'userManagement', 'billing', 'none'],
    userManagement: ['userManagement', 'billing', 'none'],
    billing: [],
    none: [],
  };

  for (const level of administratorLevels) {
    for (const target of administratorLevels) {
      const may = allowed[level].includes(target);
      it(`is ${may ? 'granted' : 'denied'} to level ${level} for a user of level ${target}`, async () => {
        const [person, zoe] = [await signedIn(await withLevel(level)), await withLevel(target)];
        const before = await rowOf(zoe);
        await person.visit(resetAddress(zoe));
        assert.equal(person.status, may ? 200 : 403);
        assert.equal(person.$(`form[action="${resetAddress(zoe)}"]`).length, may ? 1 : 0);
        const answer = await post(person, zoe);
        assert.equal(answer.status, may ? 200 : 403);
        assert.equal(answer.text.includes('id="temporary-password"'), may);
        if (!may) assert.deepEqual(await rowOf(zoe), before);
      });
    }
  }
});

describe('a reset that is not allowed', () => {
  it('is explained instead of offered to a User management admin who views a Global admin', async () => {
    const [actor, zoe] = [await withLevel('userManagement'), await withLevel('global')];
    const person = await (await signedIn(actor)).visit(userAddress(zoe));
    assert.equal(person.status, 200);
    person.sees(/Only another Global admin can take these actions on a Global admin’s account: .*reset a password\./);
    assert.equal(person.$(`a[href="${resetAddress(zoe)}"], form[action="${resetAddress(zoe)}"]`).length, 0);
    assert.ok((await post(person, zoe)).text.includes(t('policy:globalAdmin.text')));
    assert.deepEqual(await refusalsOf(zoe), [
      {
        actor_id: actor.id,
        kind: 'refused',
        data: JSON.stringify({ action: 'users.resetPassword', because: 'globalAdmin', principal: { kind: 'person' } }),
      },
    ]);
    assert.equal((await person.visit('/dashboard')).path, '/dashboard');
  });

  it("is refused for one's own account, with a link to the password change", async () => {
    const before = await rowOf(camille);
    const person = await (await signedIn(camille)).visit(userAddress(camille));
    person.sees(t('policy:self.text'));
    assert.equal(person.$(`a[href="${resetAddress(camille)}"]`).length, 0);
    assert.equal((await person.visit(resetAddress(camille))).status, 403);
    assert.equal((await post(person, camille)).status, 403);
    assert.deepEqual({ ...(await rowOf(camille)), last_sign_in_at: 0 }, { ...before, last_sign_in_at: 0 });
    assert.match((await refusalsOf(camille))[0]?.data ?? '', /"because":"self"/);
    await person.follow('Change password');
    assert.equal(person.path, '/my-profile/password');
  });

  it('shows the Global admins of the same tenant to a user who is not an administrator', async () => {
    const elsewhere = await aTenant(portal);
    await aUser(portal, elsewhere, { displayName: 'Somebody Else', administratorLevel: 'global' });
    await withLevel('global', { displayName: 'Blocked Person', state: 'blocked' });
    const [person, zoe] = [await signedIn(await withLevel('none')), await withLevel('none')];
    for (const path of ['/account-settings/user-management', userAddress(zoe), resetAddress(zoe)]) {
      await person.visit(path);
      assert.equal(person.status, 403, path);
      person.sees('Who can help you').sees('Camille Laurent').sees(camille.username);
      person.doesNotSee('Somebody Else');
      person.doesNotSee('Blocked Person');
    }
    const answer = await post(person, zoe);
    assert.equal(answer.status, 403);
    assert.match(answer.text, /Camille Laurent/);
    assert.equal((await person.visit('/dashboard')).path, '/dashboard');
  });

  it('gets the same response for a user of another tenant as for an unknown ID', async () => {
    const foreignUser = await aUser(portal, await aTenant(portal), { displayName: 'Somebody Else' });
    const person = await signedIn(camille);
    for (const address of [userAddress, resetAddress]) {
      for (const method of ['GET', 'POST']) {
        const foreign = await person.send(method, address(foreignUser), { epoch: '0' });
        const missing = await person.send(method, address({ id: randomUUID() }), { epoch: '0' });
        assert.deepEqual(normalizedResponse(foreign), normalizedResponse(missing));
        assert.ok(method === 'POST' || foreign.status === 404);
        assert.ok(!foreign.text.includes('Somebody Else'));
      }
    }
    assert.equal((await post(person, foreignUser)).status, 404);
    assert.deepEqual(await refusalsOf(foreignUser), []);
  });

  it('responds with 404 for a deleted user', async () => {
    const gone = await withLevel('none', { state: 'deleted' });
    const person = await signedIn(camille);
    assert.equal((await person.visit(resetAddress(gone))).status, 404);
    assert.equal((await post(person, gone)).status, 404);
  });
});

describe('a password reset', () => {
  it('immediately ends all sessions of that user and of no one else', async () => {
    const zoe = await withLevel('none');
    const sessions = [await signedIn(zoe), await signedIn(zoe), await signedIn(zoe)];
    const [admin, neighbour] = [await signedIn(camille), await signedIn(await withLevel('none'))];
    assert.equal((await post(admin, zoe)).status, 200);
    for (const session of sessions) assert.equal((await session.visit('/my-profile')).path, '/sign-in');
    assert.deepEqual(await portal.database.knex('user_sessions').where({ user_id: zoe.id }), []);
    assert.equal((await neighbour.visit('/my-profile')).path, '/my-profile');
    assert.equal((await admin.visit('/my-profile')).path, '/my-profile');
    assert.equal((await signedIn(zoe)).status, 422);
  });

  it('leaves a blocked user blocked', async () => {
    const zoe = await withLevel('none', { state: 'blocked' });
    const admin = await (await signedIn(camille)).visit(resetAddress(zoe));
    await admin.submit('Reset password');
    const clearPassword = admin.$('output#temporary-password').text();
    assert.equal((await usersStore.find(portal.database, tenant.scope, zoe.id))?.state, 'blocked');
    assert.equal((await signedIn({ ...zoe, clearPassword })).status, 422);
    await admin.visit(userAddress(zoe));
    admin.sees('Blocked');
  });

  it('is limited to 90 per administrator and minute', async () => {
    const [admin, zoe] = [await signedIn(await withLevel('global')), await withLevel('none')];
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(admin, zoe)));
    const throttled = answers.filter(({ status }) => status === 429);
    assert.equal(throttled.length, 10);
    assert.ok(throttled.every(({ headers }) => Number(headers['retry-after']) > 0));
    assert.equal((await post(await signedIn(camille), await withLevel('none'))).status, 200);
  });
});
