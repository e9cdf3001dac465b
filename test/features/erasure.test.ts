import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import * as personalDataStore from '../../src/core/personal-data/personal-data.store.ts';

const english = { 'Accept-Language': 'en' };
const list = '/account-settings/user-management';
const portal = await openPortal();
const tenant = await aTenant(portal, { language: 'en' });
const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
const admin = await aPerson(portal, english).signIn(camille);
const pathOf = ({ id }: TestUser): string => `${list}/${id}/erase`;
const aDeletedUser = (overrides: Partial<TestUser> = {}): Promise<TestUser> =>
  aUser(portal, tenant, { displayName: 'Zoé Besson', state: 'deleted', deletedAt: portal.clock.now, ...overrides });
const rowsOf = ({ id }: TestUser): Promise<object[]> => portal.database.knex('users').where({ id });

describe('erasing a deleted user', async () => {
  it('is offered in the list of deleted users, explained, and performed after confirmation', async () => {
    const zoe = await aDeletedUser({ displayName: 'Zoé Kanarienvogel' });
    await admin.visit(`${list}/deleted`);
    assert.ok(
      admin
        .$(`a[href="${pathOf(zoe)}"]`)
        .text()
        .includes('Erase permanently'),
    );
    await admin.visit(pathOf(zoe));
    admin.sees('Permanently erase Zoé Kanarienvogel’s data?').sees('This can’t be undone').sees(zoe.username);
    assert.equal((await rowsOf(zoe)).length, 1, 'nothing happens before the confirmation');
    await admin.submit('Erase permanently');
    assert.equal(admin.path, `${list}/deleted`);
    admin.sees('The user’s data was permanently erased.').doesNotSee('Kanarienvogel');
    assert.deepEqual(await rowsOf(zoe), []);
  });

  it("is recorded with the administrator who performed it, and without the user's name", async () => {
    const zoe = await aDeletedUser();
    await admin.send('POST', pathOf(zoe));
    const entries = (await portal.database.knex('activity').where({ target_id: zoe.id })) as object[];
    assert.equal(entries.length, 1);
    assert.deepEqual(
      { kind: 'user.erased', actor_id: camille.id, data: '{"principal":{"kind":"person"}}' },
      pick(entries[0]),
    );
  });

  it('frees the user name for a new user, who inherits no old data', async () => {
    const zoe = await aDeletedUser({ state: 'active', deletedAt: null });
    const remainingEntries = async (): Promise<string[]> => {
      const rows = (await portal.database.knex('throttles').orderBy('key')) as { key: string }[];
      return rows.map(({ key }) => key).filter((key) => !/^(pair|address|recordOwn):/.test(key));
    };
    const before = await remainingEntries();
    const wrong = await aPerson(portal, english).visit('/sign-in');
    await wrong.submit('Next', { 'User name': zoe.username });
    await wrong.send('POST', '/sign-in/password', { password: 'wrong' });
    assert.equal((await remainingEntries()).length, before.length + 2);
    await admin.send('POST', `${list}/${zoe.id}/delete`);
    await admin.send('POST', pathOf(zoe));
    assert.deepEqual(await remainingEntries(), before);
    const again = await aUser(portal, tenant, { username: zoe.username, displayName: 'Zoé Nouvelle' });
    const person = await aPerson(portal, english).signIn(again);
    assert.equal(person.path, '/dashboard');
    await admin.visit(`${list}/${again.id}`);
    admin.doesNotSee('Sign-in refused');
  });

  const unknownId = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
  const elsewhere = await aTenant(portal, { language: 'en' });
  const others: [what: string, user: () => Promise<{ id: string }>][] = [
    ['an unknown ID', () => Promise.resolve({ id: unknownId })],
    ['a user who is not deleted', () => aUser(portal, tenant)],
    ['a blocked user', () => aUser(portal, tenant, { state: 'blocked' })],
    ['a user of another tenant', () => aUser(portal, elsewhere, { state: 'deleted' })],
    ["the administrator's own account", () => Promise.resolve(camille)],
  ];
  for (const [what, find] of others) {
    it(`responds with 404 for ${what}`, async () => {
      const user = await find();
      const before = await portal.database.knex('users').orderBy('id').select();
      for (const method of ['GET', 'POST'])
        assert.equal((await admin.send(method, `${list}/${user.id}/erase`)).status, 404, method);
      assert.deepEqual(await portal.database.knex('users').orderBy('id').select(), before);
    });
  }

  it('is refused to administrators who may not delete the user: only Global admins can erase Global admins', async () => {
    const boss = await aDeletedUser({ administratorLevel: 'global' });
    const manager = await aPerson(portal, english).signIn(
      await aUser(portal, tenant, { administratorLevel: 'userManagement' }),
    );
    await manager.visit(`${list}/deleted`);
    assert.equal(manager.$(`a[href="${pathOf(boss)}"]`).length, 0, 'it is not offered');
    for (const method of ['GET', 'POST']) assert.equal((await manager.send(method, pathOf(boss))).status, 403);
    assert.equal((await rowsOf(boss)).length, 1);
    const [refusal] = (await portal.database.knex('activity').where({ target_id: boss.id })) as { data: string }[];
    assert.deepEqual(JSON.parse(refusal?.data ?? ''), {
      action: 'personalData.erase',
      because: 'globalAdmin',
      principal: { kind: 'person' },
    });
    assert.equal((await admin.send('POST', pathOf(boss))).status, 303);
    assert.deepEqual(await rowsOf(boss), []);
  });

  it('happens only once with concurrent requests', async () => {
    const zoe = await aDeletedUser();
    const answers = await Promise.all(Array.from({ length: 5 }, () => admin.send('POST', pathOf(zoe))));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 404, 404, 404, 404]);
  });
});

describe('an erased user', async () => {
  const paul = await aUser(portal, tenant, { displayName: 'Paul Kanarienvogel', administratorLevel: 'global' });
  const zoe = await aUser(portal, tenant);
  const paulHere: Person = await aPerson(portal, english).signIn(paul);
  await paulHere.visit(`${list}/${zoe.id}/reset-password`);
  await paulHere.submit('Reset password');
  const password = paulHere.$('output#temporary-password').text();
  await admin.send('POST', `${list}/${paul.id}/delete`);
  await admin.send('POST', pathOf(paul));
  const shown = /Erased user ([A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4})/;

  it('appears in the activity log under a stable pseudonym', async () => {
    await admin.visit(`${list}/${zoe.id}`);
    const [, pseudonym] = shown.exec(admin.text) ?? [];
    assert.ok(pseudonym, admin.text);
    admin.doesNotSee('Kanarienvogel');
    const theirs = await personalDataStore.latest(portal.database, tenant.scope, paul.id);
    const names = theirs.entries.flatMap(({ actor, target }) => [actor, target]).filter((each) => each?.id === paul.id);
    assert.ok(names.length > 3);
    for (const each of names) assert.deepEqual([each?.name, each?.pseudonym], [null, pseudonym]);
  });

  it('remains unnamed to a user whose password they reset: the page mentions only an administrator', async () => {
    const person = await aPerson(portal, english).signIn({ ...zoe, clearPassword: password });
    assert.equal(person.path, '/change-password');
    person.sees('An administrator gave you a temporary password on').doesNotSee('Kanarienvogel').doesNotSee('operator');
  });

  it('cannot sign in, and their session has ended', async () => {
    await paulHere.visit('/dashboard');
    assert.equal(paulHere.path, '/sign-in');
    const again = await aPerson(portal, english).signIn({ ...paul, clearPassword: goodPassword });
    again.sees('The user name or password is incorrect');
  });
});

const pick = (entry: object | undefined) => {
  const { kind, actor_id, data } = entry as { kind: string; actor_id: string; data: string };
  return { kind, actor_id, data };
};
