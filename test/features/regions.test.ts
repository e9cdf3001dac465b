import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Language } from '../../src/domain/regions.ts';
import { languages } from '../locales/catalogue.ts';
import { administratorLevels } from '../../src/domain/roles.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { databaseContents, recordResponses } from '../support/responses.ts';
import { translator } from '../support/translator.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';

const list = '/account-settings/user-management';
const userAddress = ({ id }: TestUser): string => `${list}/${id}`;
const resetAddress = (user: TestUser): string => `${userAddress(user)}/reset-password`;

async function region(environment: Readonly<Record<string, string>>) {
  const portal = await openPortal({ environment });
  const tenant = await aTenant(portal, { language: 'en' });
  return {
    ...{ portal, tenant },
    zoe: await aUser(portal, tenant, { displayName: 'Zoé Besson' }),
    camille: await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' }),
  };
}

const speaking = (portal: Portal, user: TestUser, language: Language): Promise<Person> =>
  aPerson(portal, { 'Accept-Language': language }).signIn(user);

const withLevel = (portal: Portal, tenant: TestTenant, overrides: Partial<TestUser>) =>
  aUser(portal, tenant, overrides);
const usersOf = (portal: Portal): Promise<object[]> => portal.database.knex('users').orderBy('id').select();

describe('a user name of another region', async () => {
  const portal = await openPortal();
  await directoryStore.upsert(portal.database, [
    { domain: 'spree.example', region: 'germany' },
    { domain: 'yangtze.example', region: 'china' },
  ]);
  const { app, sent } = recordResponses(portal.app);
  const canary = 'kanarienvogel';

  for (const [label, username] of [
    ['unchanged', `${canary}@spree.example`],
    ['in capital letters', `${canary.toUpperCase()}@SPREE.EXAMPLE`],
    ['with spaces around it', `  ${canary}@spree.example  `],
    ['in full-width characters', `${canary}＠ｓｐｒｅｅ.example`],
    ['with a trailing dot', `${canary}@spree.example.`],
    ['on a subdomain', `${canary}@mail.berlin.spree.example`],
  ] as const) {
    it(`redirects to that region and is not stored or logged: ${label}`, async () => {
      const person = await aPerson({ app }, { 'Accept-Language': 'en' }).visit('/sign-in');
      const answer = await person.send('POST', '/sign-in', { username });
      assert.deepEqual([answer.status, answer.headers.location], [303, 'http://localhost:3001/sign-in?from=worldwide']);
      assert.equal((await person.visit('/sign-in/password')).path, '/sign-in');
      const second = await person.send('POST', '/sign-in/password', { username, password: `${canary} is my password` });
      assert.equal(second.headers.location, '/sign-in');
      const places = [await databaseContents(portal.database), portal.logged(), JSON.stringify(sent)];
      for (const place of places) assert.ok(!place.toLowerCase().includes(canary));
    });
  }

  it('is not stored or logged if it is malformed', async () => {
    for (const username of [`${canary}@x@spree.example`, `${canary}.spree.example`, `@${canary}`]) {
      const person = await aPerson({ app }).visit('/sign-in');
      const answer = await person.send('POST', '/sign-in', { username });
      assert.equal(answer.status, 422, username);
      const places = [await databaseContents(portal.database), portal.logged(), JSON.stringify(sent)];
      for (const place of places) assert.ok(!place.includes(canary));
    }
  });

  it('is not echoed if the URL of that region is unknown', async () => {
    const person = await aPerson({ app }, { 'Accept-Language': 'en' }).visit('/sign-in');
    const answer = await person.send('POST', '/sign-in', { username: `${canary}@yangtze.example` });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /is in another region/);
    assert.ok(!answer.text.includes(canary));
    assert.ok(!(await databaseContents(portal.database)).includes(canary));
  });

  it('is not inferred from a similar domain', async () => {
    for (const domain of ['notspree.example', 'spree.example.org', 'spree-example.org']) {
      const person = await aPerson({ app }).visit('/sign-in');
      const answer = await person.send('POST', '/sign-in', { username: `somebody@${domain}` });
      assert.equal(answer.headers.location, '/sign-in/password', domain);
    }
  });

  it('is accepted in its own region', async () => {
    const germany = await region({ REGION: 'germany' });
    await directoryStore.upsert(germany.portal.database, [{ domain: germany.tenant.domain, region: 'germany' }]);
    assert.equal((await aPerson(germany.portal).signIn(germany.zoe)).path, '/dashboard');
  });
});

describe("Germany's historical edition", async () => {
  const environment = { REGION: 'germany', REGION_RULES: 'rules/germany-historical.json' };
  const { portal, tenant, zoe, camille } = await region(environment);

  for (const language of languages) {
    it(`refers to its own administration portal for every operation on users (${language})`, async () => {
      const { t } = translator(language);
      const admin = await withLevel(portal, tenant, {
        displayName: 'Anne Roux',
        administratorLevel: 'global',
        language,
      });
      const person = await speaking(portal, admin, language);
      const before = await usersOf(portal);
      const { name, operations } = portal.config.rules;
      const placement = operations['users.list'];
      assert.ok(placement.at === 'elsewhere');
      for (const path of [list, userAddress(zoe), resetAddress(zoe), userAddress(admin), `${list}?q=besson`]) {
        await person.visit(path);
        assert.equal(person.status, 200, path);
        person.sees(t('policy:elsewhere.text', { region: name[language]!, place: placement.place[language]! }));
        assert.equal(person.$('.elsewhere a').attr('href'), 'https://portal.microsoftazure.de');
        assert.equal(person.$('html').attr('lang'), language);
        person.doesNotSee('Besson');
      }
      const answer = await person.send('POST', resetAddress(zoe), { epoch: String(zoe.epoch) });
      assert.equal(answer.status, 403);
      assert.ok(answer.text.includes('https://portal.microsoftazure.de'));
      assert.ok(!answer.text.includes('temporary-password'));
      assert.deepEqual(await usersOf(portal), before);
    });
  }

  it('rejects every form of user management', async () => {
    const person = await speaking(portal, camille, 'en');
    const forms = portal.routes.filter(({ method, path }) => method === 'post' && path.startsWith(list));
    const before = await usersOf(portal);
    assert.ok(forms.length > 0);
    for (const { path } of forms) {
      const answer = await person.send('POST', path.replace(':userId', zoe.id), { epoch: String(zoe.epoch) });
      assert.equal(answer.status, 403, path);
      assert.ok(answer.text.includes('https://portal.microsoftazure.de'), path);
    }
    assert.deepEqual(await usersOf(portal), before);
  });

  it('lets users open the page on which they change their own password', async () => {
    const person = await (await speaking(portal, zoe, 'en')).visit('/my-profile/password');
    assert.equal(person.status, 200);
  });

  it('shows no link to users who may not manage users', async () => {
    const person = await (await speaking(portal, zoe, 'en')).visit(list);
    assert.equal(person.status, 403);
    person.sees('Camille Laurent');
    assert.ok(!person.body.includes('portal.microsoftazure.de'));
  });
});

describe('other editions', () => {
  it("China shows users, but rejects resetting another user's password", async () => {
    const { portal, zoe, camille } = await region({ REGION: 'china' });
    const person = await (await speaking(portal, camille, 'en')).visit(list);
    person.sees('Zoé Besson');
    await person.visit(userAddress(zoe));
    person.sees(translator('en').t('policy:alone.text', { region: 'China' }));
    assert.equal(person.$(`a[href="${resetAddress(zoe)}"]`).length, 0);
    assert.equal((await person.visit(resetAddress(zoe))).status, 200);
    person.sees(translator('en').t('policy:alone.title'));
    const before = await usersOf(portal);
    assert.equal((await person.send('POST', resetAddress(zoe), { epoch: '0' })).status, 403);
    assert.deepEqual(await usersOf(portal), before);
  });

  it('the US Government edition manages users in a separate portal', async () => {
    const { portal, zoe, camille } = await region({ REGION: 'us-government' });
    const person = await speaking(portal, camille, 'en');
    for (const path of [list, userAddress(zoe), resetAddress(zoe)]) {
      assert.equal((await person.visit(path)).status, 200);
      assert.equal(person.$('.elsewhere a').attr('href'), 'https://portal.azure.us');
    }
    assert.equal((await person.send('POST', resetAddress(zoe), { epoch: '0' })).status, 403);
  });

  it("the current edition of Germany lets only Global admins reset an administrator's password", async () => {
    const { portal, tenant, camille } = await region({ REGION: 'germany' });
    const manager = await withLevel(portal, tenant, { administratorLevel: 'userManagement' });
    for (const administratorLevel of administratorLevels) {
      const target = await withLevel(portal, tenant, { administratorLevel });
      const mayManager = administratorLevel === 'none';
      const person = await speaking(portal, manager, 'en');
      assert.equal((await person.visit(resetAddress(target))).status, mayManager ? 200 : 403, administratorLevel);
      const answer = await person.send('POST', resetAddress(target), { epoch: '0' });
      assert.equal(answer.status, mayManager ? 200 : 403, administratorLevel);
      const second = await speaking(portal, camille, 'en');
      const epoch = mayManager ? '1' : '0';
      assert.equal((await second.send('POST', resetAddress(target), { epoch })).status, 200, administratorLevel);
    }
  });
});
