import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { administratorAbilities, agentAbilities } from '../../src/site/profile/abilities.ts';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { sendRaw } from '../support/responses.ts';
import { translator } from '../support/translator.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const english = { 'Accept-Language': 'en' };
const chosen = 'seven quiet otters nap';

const portal = await openPortal();
const origin = await portal.listen();
const tenant = await aTenant(portal, { name: 'Ateliers Lumière', language: 'en' });
const signedIn = (user: TestUser) => aPerson(portal, english).signIn(user);
const { t } = translator('en');

/** The value next to a label in the page's description lists. */
const fact = (person: Person, label: string): string =>
  person
    .$('dt')
    .filter((_, term) => person.$(term).text() === label)
    .first()
    .next('dd')
    .text();

describe("the user's own profile", () => {
  it("is linked from the user's name at the top of every page", async () => {
    const person = await signedIn(await aUser(portal, tenant, { displayName: 'Zoé Besson' }));
    await person.follow('Zoé Besson');
    assert.equal(person.path, '/my-profile');
    assert.equal(person.$('h1').text(), 'My profile');
  });

  it("shows the user's own data only", async () => {
    const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson', language: 'en' });
    await aUser(portal, tenant, { displayName: 'Somebody Else' });
    const person = await (await signedIn(zoe)).visit(`/my-profile?userId=another&id=another`);
    assert.equal(fact(person, 'Display name'), 'Zoé Besson');
    assert.equal(fact(person, 'User name'), zoe.username);
    assert.equal(fact(person, 'Organization'), 'Ateliers Lumière');
    assert.equal(fact(person, 'Region'), 'Worldwide');
    assert.equal(fact(person, 'Language'), 'English');
    person.doesNotSee('Somebody Else');
  });

  for (const [administratorLevel, agentLevel] of [
    ['global', 'none'],
    ['userManagement', 'admin'],
    ['billing', 'sales'],
    ['none', 'helpdesk'],
    ['none', 'none'],
  ] as const) {
    for (const language of ['en', 'fr', 'de'] as const) {
      it(`explains the levels ${administratorLevel} and ${agentLevel} (${language})`, async () => {
        const person = await signedIn(await aUser(portal, tenant, { administratorLevel, agentLevel, language }));
        await person.visit('/my-profile');
        const messages = translator(language);
        person
          .sees(messages.t(`roles:administrator.${administratorLevel}`))
          .sees(messages.t(`roles:agent.${agentLevel}`));
        const abilities = [...administratorAbilities[administratorLevel], ...agentAbilities[agentLevel]];
        for (const ability of abilities) person.sees(messages.t(ability));
        assert.equal(person.$('.ticks li').length, abilities.length);
      });
    }
  }
});

describe("changing one's own password", () => {
  async function change(person: Person, current: string, next = chosen, again = next): Promise<Person> {
    await person.visit('/my-profile');
    await person.follow('Change password');
    const fields = { 'Current password': current, 'New password': next, 'Confirm new password': again };
    return person.submit('Change password', fields);
  }

  it('replaces the old password', async () => {
    const zoe = await aUser(portal, tenant);
    const person = await change(await signedIn(zoe), zoe.clearPassword);
    assert.equal(person.path, '/my-profile');
    person.sees('Your password was changed.');
    assert.equal((await signedIn(zoe)).status, 422);
    assert.equal((await signedIn({ ...zoe, clearPassword: chosen })).path, '/dashboard');
  });

  it('ends all other sessions and gives the current one a new ID', async () => {
    const zoe = await aUser(portal, tenant);
    const [person, second, third] = [await signedIn(zoe), await signedIn(zoe), await signedIn(zoe)];
    const neighbour = await signedIn(await aUser(portal, tenant));
    const before = person.cookies();
    await change(person, zoe.clearPassword);
    assert.equal((await person.visit('/dashboard')).path, '/dashboard');
    assert.equal((await sendRaw(origin, '/dashboard', { headers: { Cookie: before } })).headers.location, '/sign-in');
    assert.equal((await portal.database.knex('user_sessions').where({ user_id: zoe.id })).length, 1);
    for (const other of [second, third]) assert.equal((await other.visit('/dashboard')).path, '/sign-in');
    assert.equal((await neighbour.visit('/dashboard')).path, '/dashboard');
  });

  const refused: [label: string, current: string, next: string, again: string, because: string][] = [
    ['without the current password', '', chosen, chosen, 'currentMissing'],
    ['with a wrong current password', 'not the current one', chosen, chosen, 'currentWrong'],
    ['with the current password in capital letters', goodPassword.toUpperCase(), chosen, chosen, 'currentWrong'],
    ['with a current password of 30 KiB', 'x'.repeat(30_000), chosen, chosen, 'currentWrong'],
    ['if the new password is the current one', goodPassword, goodPassword, goodPassword, 'unchanged'],
    ['if the new password is empty', goodPassword, '', '', 'missing'],
    ['with a different confirmation', goodPassword, chosen, `${chosen} `, 'differs'],
    ['if the new password is easy to guess', goodPassword, 'passwordpassword', 'passwordpassword', 'easyToGuess'],
    ['if the new password has 257 characters', goodPassword, 'x'.repeat(257), 'x'.repeat(257), 'tooLong_other'],
  ];

  for (const [label, current, next, again, because] of refused) {
    it(`is rejected ${label}: nothing changes, and the session continues`, async () => {
      const zoe = await aUser(portal, tenant);
      const [person, other] = [await signedIn(zoe), await signedIn(zoe)];
      await change(person, current, next, again);
      assert.equal(person.status, 422);
      const reason = because.replace('_other', '');
      person.sees(because === reason ? t(`passwords:error.${reason}`) : t(`passwords:error.${reason}`, { count: 256 }));
      assert.equal((await usersStore.find(portal.database, tenant.scope, zoe.id))?.epoch, zoe.epoch);
      for (const session of [person, other]) assert.equal((await session.visit('/dashboard')).path, '/dashboard');
      assert.equal((await signedIn(zoe)).path, '/dashboard');
    });
  }

  it('succeeds once when the form is submitted five times concurrently', async () => {
    const zoe = await aUser(portal, tenant);
    const person = await (await signedIn(zoe)).visit('/my-profile/password');
    const passwords = [1, 2, 3, 4, 5].map((each) => `${chosen}, number ${each}`);
    const sending = passwords.map((newPassword) =>
      person.send('POST', '/my-profile/password', {
        currentPassword: goodPassword,
        newPassword,
        confirmPassword: newPassword,
      }),
    );
    const answers = await Promise.all(sending);
    const winners = passwords.filter((_, index) => answers[index]!.headers.location === '/my-profile');
    assert.equal(winners.length, 1);
    assert.equal((await usersStore.find(portal.database, tenant.scope, zoe.id))?.epoch, zoe.epoch + 1);
    assert.equal((await signedIn({ ...zoe, clearPassword: winners[0]! })).path, '/dashboard');
  });
});
