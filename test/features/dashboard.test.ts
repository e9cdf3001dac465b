import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { languages } from '../locales/catalogue.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { normalizeSpace } from '../support/form-values.ts';
import { openPortal } from '../support/portal.ts';
import { translator } from '../support/translator.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';

const hourMs = 3_600_000;
const portal = await openPortal();
const signedIn = (user: TestUser, language = 'en'): Promise<Person> =>
  aPerson(portal, { 'Accept-Language': language }).signIn(user);

const textsOf = (person: Person, selector: string): string[] =>
  person
    .$(selector)
    .toArray()
    .map((each) => normalizeSpace(person.$(each).text()));

const globalAdmin = (tenant: TestTenant, displayName = 'Camille Laurent'): Promise<TestUser> =>
  aUser(portal, tenant, { displayName, administratorLevel: 'global' });

const temporary = (tenant: TestTenant, hours: number): Promise<TestUser> =>
  aUser(portal, tenant, { password: 'temporary', temporaryUntil: portal.clock.now + hours * hourMs });

describe('the dashboard of an administrator', () => {
  for (const language of languages) {
    it(`lists what needs attention, with links (${language})`, async () => {
      const { t } = translator(language);
      const tenant = await aTenant(portal, { language });
      const admin = await globalAdmin(tenant);
      for (const hours of [-1, -2, 3, 70]) await temporary(tenant, hours);
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
      const { now } = portal.clock;
      for (const at of [now - hourMs, now - 2 * hourMs, now - 25 * hourMs])
        await activityStore.record(portal.database, tenant.scope, { kind: 'signIn.throttled' }, zoe.id, at);
      const person = await signedIn(admin, language);
      const attention: [key: string, count: number][] = [
        ['dashboard:fewGlobalAdmins.title', 1],
        ['dashboard:attention.throttled.title', 1],
        ['dashboard:attention.expired.title', 2],
        ['dashboard:attention.expiring.title', 1],
      ];
      assert.deepEqual(
        textsOf(person, '.attention .notice-title'),
        attention.map(([key, count]) => normalizeSpace(t(key, { count }))),
      );
      await person.follow(t('dashboard:attention.expired.title', { count: 2 }));
      assert.equal(textsOf(person, 'tbody tr').length, 2);
      assert.equal(person.$('[name=status] option[selected]').text(), t('users:status.expired'));
      await person.visit('/dashboard');
      await person.follow(t('dashboard:attention.throttled.title', { count: 1 }));
      const stopped = normalizeSpace(t('activity:sentence.signIn_throttled', { target: 'Zoé Besson' }));
      assert.deepEqual(textsOf(person, '.event-text'), [stopped, stopped, stopped]);
    });
  }

  it('says when nothing needs attention', async () => {
    const tenant = await aTenant(portal, { language: 'en' });
    await globalAdmin(tenant, 'Ada');
    const person = await signedIn(await globalAdmin(tenant));
    person.sees('Nothing needs your attention right now.');
    assert.equal(person.$('.attention').length, 0);
  });

  it('shows the five latest events of the organization, with a link to the activity log', async () => {
    const tenant = await aTenant(portal, { language: 'en' });
    const admin = await globalAdmin(tenant);
    const otherTenant = await aTenant(portal, { language: 'en' });
    for (let count = 0; count < 6; count++)
      await activityStore.record(portal.database, tenant.scope, { kind: 'tenant.resumed' }, null, portal.clock.now - 1);
    await activityStore.record(
      portal.database,
      otherTenant.scope,
      { kind: 'tenant.suspended' },
      null,
      portal.clock.now,
    );
    const person = await signedIn(admin);
    const resumed = 'The portal operator reactivated the organization.';
    assert.deepEqual(textsOf(person, '.event-text'), ['Camille Laurent signed in.', ...Array<string>(4).fill(resumed)]);
    await person.follow('View full activity log');
    assert.equal(person.path, '/account-settings/activity-log');
  });

  it('offers shortcuts to the most important pages', async () => {
    const tenant = await aTenant(portal, { language: 'en' });
    const person = await signedIn(await aUser(portal, tenant, { administratorLevel: 'userManagement' }));
    const linkNames = ['User management', 'Add user', 'Import', 'Activity log', 'Account settings'];
    assert.deepEqual(textsOf(person, '.tiles .tile-title'), linkNames);
    for (const linkName of linkNames) {
      await person.visit('/dashboard');
      await person.follow(linkName);
      assert.equal(person.status, 200, linkName);
    }
  });

  it('offers no user list in a region where users are managed elsewhere', async () => {
    const rules = path.join(import.meta.dirname, '../../rules/germany-historical.json');
    const german = await openPortal({ environment: { REGION: 'germany', REGION_RULES: rules } });
    const tenant = await aTenant(german, { language: 'en' });
    await aUser(german, tenant, { password: 'temporary', temporaryUntil: 1 });
    const admin = await aUser(german, tenant, { administratorLevel: 'global' });
    const person = await aPerson(german, { 'Accept-Language': 'en' }).signIn(admin);
    person.sees('only 1 active Global admin').sees('Managed elsewhere').sees('signed in.');
    person.doesNotSee('has expired').doesNotSee('Add user');
  });
});

describe('the dashboard of other users', () => {
  it('shows their roles, what they can do and which administrators can help them', async () => {
    const tenant = await aTenant(portal, { language: 'en' });
    await globalAdmin(tenant);
    await aUser(portal, tenant, { displayName: 'Noah Klein', administratorLevel: 'userManagement' });
    await aUser(portal, tenant, { displayName: 'Ada Müller', administratorLevel: 'billing' });
    const expired = { password: 'temporary', temporaryUntil: 1, administratorLevel: 'userManagement' } as const;
    await aUser(portal, tenant, { displayName: 'Late Comer', ...expired });
    const person = await signedIn(await aUser(portal, tenant, { agentLevel: 'sales' }));
    person.sees('No admin').sees('Sales agent').sees('Find new customers, request customer relationships, and sell');
    person.sees('Manage your own profile, password, and language');
    assert.deepEqual(textsOf(person, '[aria-labelledby=helpers] .tile-title'), ['Camille Laurent', 'Noah Klein']);
    person.doesNotSee('Needs attention').doesNotSee('Recent activity');
    assert.deepEqual(textsOf(person, '.tiles .tile-title'), ['My profile', 'Change password']);
  });

  it('refers them to the portal operator if no administrator can sign in', async () => {
    const tenant = await aTenant(portal, { language: 'en' });
    await aUser(portal, tenant, { password: 'temporary', temporaryUntil: 1, administratorLevel: 'global' });
    const person = await signedIn(await aUser(portal, tenant));
    person.sees('No administrator in your organization can sign in right now. Contact the portal operator.');
    person.doesNotSee('one of these administrators');
  });
});
