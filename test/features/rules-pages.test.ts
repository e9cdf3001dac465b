import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../src/domain/errors.ts';
import { choiceRuleNames, numericRuleNames } from '../../src/domain/tenant-rules.ts';
import { createScope } from '../../src/domain/scope.ts';
import { ruleGroups } from '../../src/site/rules/rule-descriptions.ts';
import { createTenantRules } from '../../src/core/accounts/tenants/tenant-rules.ts';
import { paths, userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { anImportTenant, testImportRows } from '../support/import-row-cases.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { withRules } from '../support/rules.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import { person } from '../../src/domain/principal.ts';

const english = { 'Accept-Language': 'en' };
const historical = { REGION: 'germany', REGION_RULES: 'rules/germany-historical.json' };

describe('the page on what is managed where', async () => {
  const portal = await openPortal({ environment: historical });
  const tenant = await aTenant(portal, { language: 'en' });
  const zoe = await aUser(portal, tenant);

  it('is available to all signed-in users and links to the external portals', async () => {
    const person = await (await aPerson(portal, english).signIn(zoe)).visit(paths.responsibilities);
    assert.equal(person.status, 200);
    const rows = person
      .$('tbody tr')
      .toArray()
      .map((row) => [
        person.$(row).find('.name-first').text(),
        ...person
          .$(row)
          .find('a')
          .toArray()
          .map((link) => person.$(link).attr('href')!),
      ]);
    const [azure, office] = ['https://portal.microsoftazure.de', 'https://portal.office.de'];
    assert.deepEqual(rows.slice(0, 5), [
      ['Manage users', azure, office],
      ['Reset passwords', azure],
      ['Import and export users', azure, office],
      ['Customers’ users', office, azure],
      ['Licenses', office, azure],
    ]);
    person.sees('Links with this icon open an external site.');
    assert.equal(person.$('tbody a[rel="noreferrer external"]').length, 9);
  });

  it('is linked from pages of operations managed elsewhere, and requires sign-in', async () => {
    const admin = await aPerson(portal, english).signIn(await aUser(portal, tenant, { administratorLevel: 'global' }));
    for (const path of [
      paths.dashboard,
      paths.users,
      userPath(zoe.id),
      paths.newUser,
      paths.accountSettings,
      paths.rules,
    ]) {
      await admin.visit(path);
      assert.ok(admin.$(`main a[href="${paths.responsibilities}"]`).length > 0, path);
    }
    assert.equal((await aPerson(portal, english).visit(paths.responsibilities)).path, paths.signIn);
  });

  it("is accompanied by the region's rules, which are public and linked from every page", async () => {
    for (const path of [paths.signIn, '/no-such-page', paths.region]) {
      const stranger = await aPerson(portal, english).visit(path);
      assert.equal(stranger.$(`a.region[href="${paths.region}"]`).text().trim(), 'Region: Germany', path);
    }
    const pending = await aUser(portal, tenant, { password: 'temporary' });
    const person = await aPerson(portal, english).signIn(pending);
    await person.visit(paths.region);
    assert.deepEqual([person.status, person.$('nav.navigation').length], [200, 0]);
    person.sees('Region and rules');
  });
});

describe('a region with one language', async () => {
  const texts = { name: { de: 'Burgenland' }, languages: ['de'], defaultLanguage: 'de' };
  const places = { there: { name: { de: 'das Amt' }, address: 'https://there.example' } };
  const related = [{ what: { de: 'Lizenzen' }, places: ['there'] }];
  const portal = await openPortal({ environment: withRules({ ...texts, places, related }) });

  it('needs translations only in that language, even if the browser requests another language', async () => {
    const stranger = await aPerson(portal, { 'Accept-Language': 'fr' }).visit(paths.region);
    assert.deepEqual([stranger.status, stranger.$('html').attr('lang')], [200, 'de']);
    assert.equal(stranger.$('a.region').text().trim(), 'Region: Burgenland');
    stranger.sees('Lizenzen');
    stranger.sees('das Amt');
    assert.equal(stranger.$('main [lang]').length, 0);
  });
});

describe("an organization's stricter rule", async () => {
  const portal = await openPortal();

  it('is attributed to the organization in pages and refusals, not to the region', async () => {
    const tenant = await aTenant(portal, { language: 'en' });
    const manager = await aUser(portal, tenant, { administratorLevel: 'userManagement' });
    const billing = await aUser(portal, tenant, { administratorLevel: 'billing' });
    await tenantsStore.setOwnRules(portal.database, tenant.scope, {
      usersExport: 'forbidden',
      administratorsManagedBy: 'globalAdmins',
    });
    const person = await aPerson(portal, english).signIn(manager);
    await person.visit(paths.users);
    person.sees('Turned off by your organization: export users.');
    person.sees(
      'In your organization, only Global admins can take these actions on administrator accounts: edit a user',
    );
    await person.visit(userPath(billing.id));
    person.sees(
      'In your organization, only Global admins can take these actions on administrator accounts: edit a user',
    );
    person.doesNotSee('region, only');
    await person.visit(paths.newUser);
    person.sees('In your organization, only a Global admin can assign or remove administrator roles.');
    await person.visit(paths.responsibilities);
    person.sees('Turned off by your organization');
    await person.visit(paths.region);
    person.doesNotSee('by your organization');
    assert.equal((await person.send('POST', `${userPath(billing.id)}/block`)).status, 403);
    const entries = await portal.database.knex<{ data: string }>('activity').where('kind', 'refused');
    assert.match(entries[0]!.data, /tenantAdministrator/);
  });

  const importTenant = await anImportTenant(portal);
  await tenantsStore.setOwnRules(portal.database, importTenant.tenant.scope, {
    administratorsManagedBy: 'globalAdmins',
  });
  testImportRows(importTenant, 'manager', [
    [
      'is given as the reason for a refused row',
      ['billing@', 'Zoé'],
      'Rejected',
      /In your organization, only a Global admin/,
    ],
  ]);
});

describe("a tenant's own rules", async () => {
  const portal = await openPortal({ environment: { REGION: 'china' } });
  const rules = createTenantRules({
    database: portal.database,
    regionRules: portal.config.rules,
    clock: () => portal.clock.now,
  });

  it('each belong to exactly one group', () => {
    assert.deepEqual(Object.values(ruleGroups).flat().sort(), [...numericRuleNames, ...choiceRuleNames].sort());
  });

  const hostile: [label: string, own: object][] = [
    ["looser than the region's", { temporaryPasswordHours: 73 }],
    ['zero', { idleMinutes: 0 }],
    ['a fraction', { idleMinutes: 1.5 }],
    ['something other than a number', { idleMinutes: NaN }],
    ['a numeric string', { idleMinutes: '5' }],
    ['fixed by the region', { attempts: 1 }],
    ["equal to the region's default", { usersExport: 'allowed' }],
    ['an unknown choice', { handOver: 'carrierPigeon' }],
    ['a number instead of a choice', { handOver: 1 }],
    ['an unknown rule', { name: 'Atlantis' }],
    ['the name of an inherited property', JSON.parse('{"__proto__":1,"toString":1}') as object],
  ];
  for (const [label, own] of hostile) {
    it(`cannot be ${label}, regardless of the caller`, async () => {
      const tenant = await aTenant(portal);
      await assert.rejects(rules.set(tenant.scope, own), (error: Failure) => error.kind === 'badRequest');
      assert.deepEqual((await tenantsStore.findOwn(portal.database, tenant.scope))?.ownRules, {});
    });
  }

  it('can be set only by Global admins, regardless of the caller', async () => {
    const tenant = await aTenant(portal);
    const manager = await aUser(portal, tenant, { administratorLevel: 'userManagement' });
    const scope = createScope({ ...tenant.scope, principal: person(manager) });
    await assert.rejects(rules.set(scope, { idleMinutes: 5 }), (error: Failure) => error.kind === 'forbidden');
    await rules.set(tenant.scope, { idleMinutes: 5 });
    assert.deepEqual((await tenantsStore.findOwn(portal.database, tenant.scope))?.ownRules, { idleMinutes: 5 });
  });
});
