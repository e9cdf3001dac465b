import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const english = { 'Accept-Language': 'en' };
const users = '/account-settings/user-management';
const day = 24 * 3_600_000;

describe('managing a user', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { language: 'en' });
  const other = await aTenant(portal, { language: 'en' });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  await aUser(portal, tenant, { displayName: 'Second Admin', administratorLevel: 'global' });
  const manager = await aUser(portal, tenant, { displayName: 'Manon Roy', administratorLevel: 'userManagement' });
  const at = (user: { id: string }, action = ''): string => `${users}/${user.id}${action}`;
  const admin = await aPerson(portal, english).signIn(camille);

  it('adding a user shows the temporary password once, and the user can sign in', async () => {
    await admin.visit(users);
    await admin.follow('Add user');
    await admin.submit('Add user', {
      'First name': 'Zoé',
      'Last name': 'Besson',
      'User name': `Zoe.New@${tenant.domain}`,
    });
    assert.equal(admin.status, 200);
    const temporary = admin.$('#temporary-password').text();
    admin.sees('Zoé Besson was added');
    assert.equal(admin.headers['cache-control'], 'no-store');
    const user = await aPerson(portal, english).signIn({
      username: `zoe.new@${tenant.domain}`,
      clearPassword: temporary,
    });
    assert.equal(user.path, '/change-password');
  });

  it('adding is rejected for a taken, foreign or malformed user name', async () => {
    const table = {
      'a taken user name': [camille.username, 'This user name is already in use. Choose a different one.'],
      'a domain of another tenant': [`zoe@${other.domain}`, 'must end with one of the organization’s domains'],
      'a letter with an accent': [`zoé@${tenant.domain}`, 'unaccented letters'],
      'an empty user name': ['', 'Enter a user name.'],
    } as const;
    for (const [how, [username, answer]] of Object.entries(table)) {
      await admin.visit(`${users}/new`);
      await admin.submit('Add user', { 'Display name': 'Somebody', 'User name': username });
      assert.equal(admin.status, 422, how);
      admin.sees(answer);
      assert.equal(admin.$('#temporary-password').length, 0);
    }
  });

  it('editing records old and new values', async () => {
    const user = await aUser(portal, tenant, { displayName: 'Old Name' });
    await admin.visit(at(user));
    await admin.submit('Save', { 'Display name': 'New Name' });
    admin.sees('The changes to New Name’s account were saved.');
    const [event] = await activityStore.latestOfUser(portal.database, tenant.scope, user.id);
    assert.deepEqual(event?.event, {
      kind: 'user.edited',
      changes: [{ field: 'displayName', from: 'Old Name', to: 'New Name' }],
    });
  });

  it('blocking ends all sessions immediately, and unblocking allows sign-in again', async () => {
    const user = await aUser(portal, tenant, { displayName: 'Bo Blocked' });
    const person = await aPerson(portal, english).signIn(user);
    await admin.visit(at(user));
    await admin.submit('Block sign-in');
    admin.sees('Bo Blocked can no longer sign in.');
    assert.equal((await person.visit('/dashboard')).path, '/sign-in');
    assert.equal((await person.signIn(user)).status, 422);
    await admin.submit('Unblock sign-in');
    assert.equal((await person.signIn(user)).path, '/dashboard');
  });

  it('ending sessions signs the user out and changes nothing else', async () => {
    const user = await aUser(portal, tenant, { displayName: 'Enda Sessions' });
    const person = await aPerson(portal, english).signIn(user);
    await admin.visit(at(user));
    await admin.submit('End all sessions');
    assert.equal((await person.visit('/dashboard')).path, '/sign-in');
    assert.equal((await person.signIn(user)).path, '/dashboard');
  });

  it('deleting removes the user from the list, and restoring keeps the levels', async () => {
    const user = await aUser(portal, tenant, {
      displayName: 'Della Ted',
      administratorLevel: 'billing',
      agentLevel: 'sales',
    });
    await admin.visit(at(user));
    await admin.follow('Delete user account');
    await admin.submit('Delete user account');
    assert.equal(admin.path, users);
    assert.equal((await admin.visit(at(user))).status, 404);
    await admin.visit(users);
    await admin.follow('Deleted users (1)');
    await admin.submit('Restore');
    admin.sees('Della Ted’s account was restored.');
    const restored = await usersStore.find(portal.database, tenant.scope, user.id);
    assert.deepEqual(
      [restored?.administratorLevel, restored?.agentLevel, restored?.state],
      ['billing', 'sales', 'active'],
    );
  });

  it('restoring a user who was blocked and then deleted keeps the block', async () => {
    const user = await aUser(portal, tenant, { displayName: 'Still Blocked' });
    for (const action of ['/block', '/delete', '/restore']) await admin.send('POST', at(user, action));
    assert.equal((await usersStore.find(portal.database, tenant.scope, user.id))?.state, 'blocked');
  });

  it("restoring is not possible after the region's restore window", async () => {
    const user = await aUser(portal, tenant, { displayName: 'Too Late' });
    await admin.send('POST', at(user, '/delete'));
    const now = portal.clock.now;
    portal.clock.now += 30 * day;
    const late = await aPerson(portal, english).signIn(camille);
    const answer = await late.send('POST', at(user, '/restore'));
    portal.clock.now = now;
    assert.equal(answer.status, 404);
  });

  it('administrators cannot change their own levels, or block or delete themselves', async () => {
    const before = await usersStore.find(portal.database, tenant.scope, camille.id);
    const facts = { displayName: 'Camille Laurent', administratorLevel: 'none', agentLevel: 'admin' };
    assert.equal((await admin.send('POST', at(camille), facts)).status, 403);
    for (const action of ['/block', '/delete', '/end-sessions']) {
      assert.equal((await admin.send('POST', at(camille, action))).status, 403, action);
    }
    assert.deepEqual(await usersStore.find(portal.database, tenant.scope, camille.id), before);
  });

  it('a User management admin can neither change nor create a Global admin', async () => {
    const plain = await aUser(portal, tenant, { displayName: 'Plain Person' });
    const person = await aPerson(portal, english).signIn(manager);
    for (const action of ['', '/block', '/delete', '/end-sessions', '/reset-password']) {
      const answer = await person.send('POST', at(camille, action), { displayName: 'Mine', epoch: '0' });
      assert.equal(answer.status, 403, action);
    }
    const promote = { displayName: 'Plain Person', administratorLevel: 'global' };
    assert.equal((await person.send('POST', at(plain), promote)).status, 403);
    const add = { displayName: 'Made', username: `made@${tenant.domain}`, administratorLevel: 'global' };
    assert.equal((await person.send('POST', `${users}/new`, add)).status, 403);
    assert.equal((await usersStore.find(portal.database, tenant.scope, plain.id))?.administratorLevel, 'none');
    await person.visit(`${users}/new`);
    assert.equal(person.$('#administratorLevel option[value=global]').length, 0);
  });

  it('a user ID of another tenant gets the same 404 as an unknown ID', async () => {
    const foreignUser = await aUser(portal, other, { displayName: 'Str Anger' });
    for (const action of ['', '/block', '/unblock', '/delete', '/end-sessions', '/restore']) {
      const answer = await admin.send('POST', at(foreignUser, action), { displayName: 'Mine' });
      assert.equal(answer.status, 404, action);
    }
    assert.equal((await usersStore.find(portal.database, other.scope, foreignUser.id))?.displayName, 'Str Anger');
  });
});
