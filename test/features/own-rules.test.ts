import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const minutes = 60_000;

describe("a tenant's own rules", async () => {
  const portal = await openPortal();

  async function aTenantWithAdmin() {
    const tenant = await aTenant(portal);
    const boss = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
    return { tenant, boss, admin: await aPerson(portal).signIn(boss) };
  }

  it('are shown with their origin and saved by a Global admin', async () => {
    const { tenant, admin } = await aTenantWithAdmin();
    await admin.visit(paths.accountSettings);
    admin.sees(/Durée de validité d’un mot de passe temporaire\s*72 heures\s*Règle de la région/);
    await admin.follow('Consulter les règles');
    await admin.submit('Enregistrer', { 'Durée de validité d’un mot de passe temporaire': '12' });
    admin.sees('Les règles de votre organisation ont été enregistrées.');
    admin.sees(/Durée de validité d’un mot de passe temporaire\s*12 heures\s*Règle de votre organisation/);
    assert.deepEqual((await tenantsStore.findOwn(portal.database, tenant.scope))?.ownRules, {
      temporaryPasswordHours: 12,
    });
    await admin.submit('Enregistrer', { 'Durée de validité d’un mot de passe temporaire': '' });
    admin.sees(/Durée de validité d’un mot de passe temporaire\s*72 heures\s*Règle de la région/);
  });

  it('apply from the next request to temporary passwords, idle sessions and new passwords', async () => {
    const { tenant, admin } = await aTenantWithAdmin();
    const user = await aUser(portal, tenant, {});
    await admin.visit(paths.rules);
    await admin.submit('Enregistrer', {
      'Durée de validité d’un mot de passe temporaire': '2',
      'Délai d’inactivité avant déconnexion': '5',
      'Longueur minimale d’un mot de passe': '40',
    });
    await admin.visit(`/account-settings/user-management/${user.id}/reset-password`);
    admin.sees('expire au bout de 2 heures');
    await admin.submit('Réinitialiser le mot de passe');
    const clearPassword = admin.$('#temporary-password').text().trim();
    const person = await aPerson(portal).signIn({ ...user, clearPassword });
    assert.equal(person.path, paths.changePassword);
    await person.submit('Modifier le mot de passe', {
      'Nouveau mot de passe': 'vingt colibris au balcon',
      'Confirmer le nouveau mot de passe': 'vingt colibris au balcon',
    });
    assert.equal(person.status, 422);
    person.sees('40');
    portal.clock.now += 6 * minutes;
    assert.equal((await admin.visit(paths.dashboard)).path, paths.signIn);
    portal.clock.now += 120 * minutes;
    const late = await aPerson(portal).signIn({ ...user, clearPassword });
    assert.equal(late.path, '/sign-in/password', 'the temporary password has expired');
  });

  it('are merged if two administrators change different rules, and conflict if they change the same rule', async () => {
    const { tenant, boss, admin } = await aTenantWithAdmin();
    const hours = 'Durée de validité d’un mot de passe temporaire';
    const idle = 'Délai d’inactivité avant déconnexion';
    const other = await aPerson(portal).signIn(boss);
    await admin.visit(paths.rules);
    await other.visit(paths.rules);
    await other.submit('Enregistrer', { [idle]: '10' });
    await admin.submit('Enregistrer', { [hours]: '12' });
    assert.equal(admin.status, 200);
    admin.sees('Les autres modifications faites entre-temps ont été conservées.');
    admin.sees(/Délai d’inactivité avant déconnexion\s*10 minutes\s*Règle de votre organisation/);
    const own = async () => (await tenantsStore.findOwn(portal.database, tenant.scope))?.ownRules;
    assert.deepEqual(await own(), { idleMinutes: 10, temporaryPasswordHours: 12 });

    await other.submit('Enregistrer', { [hours]: '6', [idle]: '9' });
    assert.equal(other.status, 409);
    other.sees(
      /Durée de validité d’un mot de passe temporaire : Camille Laurent a remplacé « règle de la région » par « 12 heures »/,
    );
    assert.deepEqual(await own(), { idleMinutes: 10, temporaryPasswordHours: 12 });
    assert.equal(other.$('[name=temporaryPasswordHours]').val(), '6', 'the form keeps the input');
    assert.equal(other.$('[name=idleMinutes]').val(), '9', 'also of rules without a conflict');
    await other.submit('Enregistrer');
    assert.deepEqual(await own(), { idleMinutes: 9, temporaryPasswordHours: 6 });
  });

  it("apply to users added with the operator's command", async () => {
    const { tenant } = await aTenantWithAdmin();
    await tenantsStore.setOwnRules(portal.database, tenant.scope, { temporaryPasswordHours: 2 });
    const person = { name: 'Ada Berg', administratorLevel: 'none', agentLevel: 'none', language: null } as const;
    const { userId } = await portal.tenants.addUser(tenant.id, { ...person, username: `ada@${tenant.domain}` });
    const added = await usersStore.find(portal.database, tenant.scope, userId);
    assert.equal(added?.temporaryUntil, portal.clock.now + 120 * minutes);
  });

  it('limit the number of wrong passwords that the tenant accepts', async () => {
    const { tenant, admin } = await aTenantWithAdmin();
    const user = await aUser(portal, tenant, {});
    await admin.visit(paths.rules);
    await admin.submit('Enregistrer', { 'Échecs de connexion avant blocage temporaire': '2' });
    const statuses = [];
    for (let index = 0; index < 3; index++) {
      const person = await aPerson(portal).signIn({ ...user, clearPassword: 'wrong' });
      statuses.push(person.status);
    }
    assert.deepEqual(statuses, [422, 422, 429]);
  });

  const hostile: [label: string, field: string, value: string][] = [
    ["a value looser than the region's", 'temporaryPasswordHours', '73'],
    ['zero idle minutes', 'idleMinutes', '0'],
    ['a shorter password length', 'passwordLength', '14'],
    ['a password length beyond the limit', 'passwordLength', '256'],
    ['a negative number', 'attempts', '-1'],
    ['a fraction', 'absoluteHours', '1.5'],
    ['a word', 'restoreWindowDays', 'many'],
    ['non-ASCII digits', 'restoreWindowDays', '٣'],
    ['an overlong number', 'restoreWindowDays', '9'.repeat(400)],
  ];
  for (const [label, field, value] of hostile) {
    it(`cannot be set to ${label}`, async () => {
      const { tenant, admin } = await aTenantWithAdmin();
      await admin.visit(paths.rules);
      const answer = await admin.send('post', paths.rules, { [field]: value });
      assert.equal(answer.status, 422);
      assert.deepEqual((await tenantsStore.findOwn(portal.database, tenant.scope))?.ownRules, {});
    });
  }

  it('can be set to stricter choices only', async () => {
    const { tenant, admin } = await aTenantWithAdmin();
    await admin.visit(paths.rules);
    await admin.submit('Enregistrer', { 'Exportation des utilisateurs': 'forbidden' });
    admin.sees(/Exportation des utilisateurs\s*Non autorisée\s*Règle de votre organisation/);
    assert.equal((await admin.visit('/account-settings/user-management/export.csv')).status, 403);
    admin.sees('Les règles de votre organisation n’autorisent pas cette opération.');
    for (const value of ['allowed', '__proto__', 'two']) {
      assert.equal((await admin.send('post', paths.rules, { usersExport: value })).status, 400, value);
    }
    assert.deepEqual((await tenantsStore.findOwn(portal.database, tenant.scope))?.ownRules, {
      usersExport: 'forbidden',
    });
  });

  for (const [name, kept, values] of [
    ['passwordLength', 20, ['30', '31']],
    ['handOver', 'link', ['link', 'link']],
  ] as const) {
    it(`do not change if a form contains ${name} twice`, async () => {
      const { tenant, admin } = await aTenantWithAdmin();
      await tenantsStore.setOwnRules(portal.database, tenant.scope, { [name]: kept });
      await admin.visit(paths.rules);
      const { status } = await admin.send('post', paths.rules, { [name]: values as unknown as string });
      assert.equal(status, 400);
      assert.deepEqual((await tenantsStore.findOwn(portal.database, tenant.scope))?.ownRules, { [name]: kept });
    });
  }

  it('can be viewed but not changed by a User management admin', async () => {
    const { tenant } = await aTenantWithAdmin();
    const manager = await aUser(portal, tenant, { administratorLevel: 'userManagement' });
    const person = await aPerson(portal).signIn(manager);
    await person.visit(paths.rules);
    person.sees('Seuls les administrateurs généraux peuvent fixer des règles plus strictes.');
    assert.equal((await person.send('post', paths.rules, { attempts: '1' })).status, 403);
  });
});

describe('rules fixed by the region', async () => {
  const portal = await openPortal({ environment: { REGION: 'china' } });

  it('are shown but cannot be changed', async () => {
    const tenant = await aTenant(portal);
    const admin = await aPerson(portal).signIn(await aUser(portal, tenant, { administratorLevel: 'global' }));
    await admin.visit(paths.rules);
    admin.sees('Cette valeur est la même pour toutes les organisations de la région.');
    assert.equal(admin.$('input[name=attempts]').length, 0);
    assert.equal((await admin.send('post', paths.rules, { attempts: '1' })).status, 422);
  });
});
