import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

/** A tenant with two Global admins, a User management admin and three other users. */
async function aTenantWithUsers(portal: Portal) {
  const tenant = await aTenant(portal);
  const boss = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  const second = await aUser(portal, tenant, { displayName: 'Denis Roy', administratorLevel: 'global' });
  const manager = await aUser(portal, tenant, { displayName: 'Mona Petit', administratorLevel: 'userManagement' });
  const staff = [];
  for (const [displayName, language] of [
    ['Alix Coste', 'fr'],
    ['Birgit Groß', 'de'],
    ['Colin Moor', 'en'],
  ] as const) {
    staff.push(await aUser(portal, tenant, { displayName, language }));
  }
  return { tenant, boss, second, manager, staff };
}

const chosen = (action: string, users: readonly { id: string }[]): string =>
  `${paths.bulkUsers}?action=${action}${users.map(({ id }) => `&user=${id}`).join('')}`;

const stateOf = async (portal: Portal, tenant: TestTenant, user: { id: string }) =>
  ((await usersStore.find(portal.database, tenant.scope, user.id)) ??
    (await usersStore.findDeleted(portal.database, tenant.scope, user.id)))!.state;

const passwordsOn = (person: Person): string[] =>
  person
    .$('output.temporary-password')
    .toArray()
    .map((element) => person.$(element).text().trim());

describe('bulk actions on users', async () => {
  const portal = await openPortal();

  it("apply to users selected with checkboxes, which are labeled with the users' display names", async () => {
    const { boss, staff } = await aTenantWithUsers(portal);
    const admin = await aPerson(portal).signIn(boss);
    await admin.visit(paths.users);
    const box = admin.$(`input[name=user][value="${staff[0]!.id}"]`);
    assert.equal(box.attr('form'), admin.$('form.bulk').attr('id'));
    assert.equal(admin.$(`#${box.attr('aria-labelledby')}`).text(), 'Alix Coste');
    await admin.follow('Tout sélectionner sur cette page');
    assert.equal(admin.$('input[name=user]').length, admin.$('input[name=user][checked]').length);
    await admin.follow('Tout désélectionner');
    assert.equal(admin.$('input[name=user][checked]').length, 0);
  });

  it('block, unblock, delete and restore users', async () => {
    const { tenant, boss, staff } = await aTenantWithUsers(portal);
    const admin = await aPerson(portal).signIn(boss);
    const worker = await aPerson(portal).signIn(staff[1]!);
    await admin.visit(chosen('block', staff));
    admin.sees('Bloquer la connexion de 3 utilisateurs ?').sees('Birgit Groß');
    await admin.submit('Bloquer la connexion');
    admin.sees('3 utilisateurs ne peuvent plus se connecter.');
    assert.equal((await worker.visit(paths.dashboard)).path, paths.signIn);
    await admin.visit(chosen('unblock', staff));
    await admin.submit('Débloquer la connexion');
    assert.equal(await stateOf(portal, tenant, staff[2]!), 'active');
    await admin.visit(chosen('delete', staff.slice(0, 2)));
    admin.sees('restauré pendant 30 jours');
    await admin.submit('Supprimer le compte d’utilisateur');
    admin.sees('2 comptes ont été supprimés. Vous pouvez les restaurer dans « Utilisateurs supprimés ».');
    assert.equal(await stateOf(portal, tenant, staff[0]!), 'deleted');
    await admin.visit(paths.deletedUsers);
    assert.equal(admin.$('input[name=user]').length, 2);
    await admin.visit(chosen('restore', staff.slice(0, 2)));
    await admin.submit('Restaurer');
    admin.sees('2 comptes ont été restaurés.');
    assert.equal(await stateOf(portal, tenant, staff[0]!), 'active');
  });

  it("reset passwords, show each once and print a sheet in each user's language", async () => {
    const { boss, staff } = await aTenantWithUsers(portal);
    const admin = await aPerson(portal).signIn(boss);
    await admin.visit(chosen('reset', staff));
    const targets = admin.$('input[name=target]').toArray();
    const target = targets.map((element) => admin.$(element).attr('value') ?? '').at(0) ?? '';
    await admin.submit('Réinitialiser le mot de passe');
    assert.equal(admin.status, 200);
    assert.match(admin.headers['cache-control'] ?? '', /no-store/);
    const passwords = passwordsOn(admin);
    assert.equal(new Set(passwords).size, 3);
    const languages = admin.$('.sheet[lang]').toArray();
    assert.deepEqual([...new Set(languages.map((element) => admin.$(element).attr('lang')))], ['fr', 'de', 'en']);
    for (const [index, user] of staff.entries()) {
      const person = await aPerson(portal).signIn({ ...user, clearPassword: passwords[index]! });
      assert.equal(person.path, paths.changePassword, user.displayName);
    }
    const again = await admin.send('post', paths.bulkReset, { target });
    assert.equal(again.status, 409);
    assert.doesNotMatch(again.text, /temporary-password/);
  });

  it('skip users that the administrator must not change, with an explanation', async () => {
    const { tenant, boss, manager, staff } = await aTenantWithUsers(portal);
    const person = await aPerson(portal).signIn(manager);
    await person.visit(chosen('block', [boss, manager, staff[0]!]));
    person.sees('Bloquer la connexion de 1 utilisateur ?').sees('2 utilisateurs exclus de cette opération');
    await person.submit('Bloquer la connexion');
    assert.equal(await stateOf(portal, tenant, boss), 'active');
    assert.equal(await stateOf(portal, tenant, staff[0]!), 'blocked');
    const forged = await person.send('post', paths.bulkUsers, { action: 'block', user: boss.id });
    assert.equal(forged.status, 303);
    assert.equal(await stateOf(portal, tenant, boss), 'active');
    const [event] = await activityStore.latestOfUser(portal.database, tenant.scope, boss.id);
    assert.deepEqual(event?.event, { kind: 'refused', action: 'users.block', because: 'globalAdmin' });
  });

  it('change no user if they would remove the last Global admin', async () => {
    const { tenant, boss, second, staff } = await aTenantWithUsers(portal);
    const alone = await aPerson(portal).signIn(boss);
    await usersStore.setState(portal.database, tenant.scope, second.id, 'blocked', portal.clock.now);
    const operator = tenant.scope;
    const { createBulkChange } = await import('../../src/core/accounts/users/bulk-actions.ts');
    const change = createBulkChange({ database: portal.database, clock: () => portal.clock.now });
    const all = [...staff, boss].map(({ id }) => id);
    await assert.rejects(change(operator, 'delete', all), { kind: 'conflict' });
    for (const user of staff) assert.equal(await stateOf(portal, tenant, user), 'active');
    assert.equal((await alone.visit(paths.dashboard)).status, 200);
  });
});

describe('invalid requests for bulk actions', async () => {
  const portal = await openPortal();
  const fixture = await aTenantWithUsers(portal);
  const foreignUser = (await aTenantWithUsers(portal)).staff[0] as TestUser;
  const admin = await aPerson(portal).signIn(fixture.boss);

  const cases: [label: string, address: string, status: number][] = [
    ['no users', `${paths.bulkUsers}?action=block`, 422],
    ['too many users', `${paths.bulkUsers}?action=block${manyIds(51)}`, 422],
    ['a user of another tenant', chosen('block', [foreignUser]), 404],
    ['a malformed ID', `${paths.bulkUsers}?action=block&user=${'x'.repeat(4_000)}`, 404],
    ['no action', `${paths.bulkUsers}?user=${fixture.staff[0]!.id}`, 400],
    ['an unknown action', `${paths.bulkUsers}?action=promote&user=${fixture.staff[0]!.id}`, 400],
    [
      'the name of an inherited property as action',
      `${paths.bulkUsers}?action=constructor&user=${fixture.staff[0]!.id}`,
      400,
    ],
  ];
  for (const [label, address, status] of cases) {
    it(`get ${status} with ${label}`, async () => {
      await admin.visit(address);
      assert.equal(admin.status, status);
    });
  }

  it('do not affect users of another tenant', async () => {
    await admin.visit(chosen('block', [fixture.staff[0]!, foreignUser]));
    admin.doesNotSee(foreignUser.username);
    await admin.submit('Bloquer la connexion');
    admin.sees('1 utilisateur ne peut plus se connecter.');
  });

  it('cannot reset passwords with the form for state changes', async () => {
    const answer = await admin.send('post', paths.bulkUsers, { action: 'reset', user: fixture.staff[1]!.id });
    assert.equal(answer.status, 400);
    const forged = await admin.send('post', paths.bulkReset, { target: fixture.staff[1]!.id });
    assert.equal(forged.status, 404);
  });

  it('are recorded when they are refused, and nothing is reset', async () => {
    const { tenant, boss, manager } = fixture;
    const person = await aPerson(portal).signIn(manager);
    await person.visit(paths.users);
    const answer = await person.send('post', paths.bulkReset, { target: `${boss.id}.1` });
    assert.equal(answer.status, 409);
    const [latest] = await activityStore.latestOfUser(portal.database, tenant.scope, boss.id);
    assert.equal(latest?.event.kind, 'refused');
  });

  it('are throttled', async () => {
    const answers = [];
    for (let round = 0; round < 100 && answers.at(-1) !== 429; round++) {
      await admin.visit(chosen('reset', fixture.staff));
      await admin.submit('Réinitialiser le mot de passe');
      answers.push(admin.status);
    }
    assert.equal(answers.at(-1), 429);
    assert.ok(Number(admin.headers['retry-after']) > 0);
  });
});

function manyIds(count: number): string {
  return Array.from({ length: count }, (_, index) => `&user=${index}`).join('');
}
