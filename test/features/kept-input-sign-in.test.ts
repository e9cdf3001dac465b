import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { overloaded } from '../../src/domain/errors.ts';
import { fillPath, paths, userPath } from '../../src/site/http/paths.ts';
import { createHasher, type Hasher } from '../../src/platform/keys/hasher.ts';
import { setupTokenDigest } from '../../src/core/accounts/tenants/setup-token.ts';
import * as setupTokenStore from '../../src/core/accounts/stores/setup-token.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { fillIn, shownIn, submitForm } from '../support/kept-input.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser, english, totpCode } from '../support/second-factor.ts';

const minuteMs = 60_000;
const typed = { firstName: 'Mara', lastName: 'Quint', username: 'mara@canary.example' };
const base = createHasher({ memoryCost: 8, timeCost: 1, parallelism: 1 });
const busy = { isBusy: false };
const unlessBusy = <Result>(work: () => Promise<Result>): Promise<Result> =>
  busy.isBusy ? Promise.reject(overloaded('passwordHashing', 2)) : work();
const hasher: Hasher = {
  ...base,
  hash: (password) => unlessBusy(() => base.hash(password)),
  verify: (tag, password) => unlessBusy(() => base.verify(tag, password)),
};
const portal = await openPortal({ hasher });
const tenant = await aTenant(portal, { language: 'en' });
const admin = (displayName: string, overrides: Partial<TestUser> = {}): Promise<TestUser> =>
  aUser(portal, tenant, { displayName, administratorLevel: 'global', language: 'en', ...overrides });
const nora = await admin('Nora First');

const endSessions = ({ id }: TestUser) => portal.database.knex('user_sessions').where({ user_id: id }).delete();

/** Fills in the form for a new user, ends the session, and submits the form. */
async function lostForm(person: Person, user: TestUser): Promise<Person> {
  await person.visit(paths.newUser);
  fillIn(person, typed);
  await endSessions(user);
  await submitForm(person, typed);
  person.sees('Sign in again to return to your entries.');
  return person;
}

async function signsIn(person: Person, { username, clearPassword }: TestUser): Promise<Person> {
  await person.submit('Next', { 'User name': username });
  return person.submit('Sign in', { Password: clearPassword });
}

async function assertReturns(person: Person): Promise<void> {
  person.sees('The entries that you made before your session ended have been kept.');
  await person.submit('Return to your form');
  assert.deepEqual([person.status, shownIn(person, typed)], [200, typed]);
}

describe('a form whose session has ended', () => {
  it('is shown again after a sign-in whose first attempt used a wrong password', async () => {
    const person = await lostForm(await aPerson(portal, english).signIn(nora), nora);
    await signsIn(person, { ...nora, clearPassword: 'wrong' });
    assert.equal(person.status, 422);
    await person.submit('Sign in', { Password: nora.clearPassword });
    await assertReturns(person);
    fillIn(person, { username: `mara@${tenant.domain}` });
    await submitForm(person, typed);
    assert.equal(person.status, 200);
    person.sees('mara@');
  });

  it('is shown again after a second-factor code has been entered', async () => {
    const withFactor = await aSecondFactorUser(portal, await admin('Ada Factor'));
    const person = await lostForm(withFactor.person, withFactor.user);
    await signsIn(person, withFactor.user);
    await person.submit('Sign in', { Code: '000000' });
    assert.equal(person.status, 422);
    await person.submit('Sign in', { Code: totpCode(portal, withFactor.seed) });
    await assertReturns(person);
  });

  it('is shown again after a temporary password has been changed', async () => {
    const user = await admin('Tom Temporary');
    const person = await lostForm(await aPerson(portal, english).signIn(user), user);
    const other = await aPerson(portal, english).signIn(nora);
    await (await other.visit(fillPath(paths.resetPassword, { userId: user.id }))).submit('Reset password');
    await signsIn(person, { ...user, clearPassword: other.$('#temporary-password').text().trim() });
    person.sees('have been kept');
    await person.submit('Return to your form');
    const fields = { 'New password': 'seven quiet otters nap', 'Confirm new password': 'seven quiet otters nap' };
    await person.submit('Change password', { ...fields, 'Confirm new password': 'different' });
    assert.equal(person.status, 422);
    await person.submit('Change password', fields);
    await assertReturns(person);
  });

  it('loses its input after 30 minutes, even if the user signs in shortly before then', async () => {
    const person = await lostForm(await aPerson(portal, english).signIn(nora), nora);
    portal.clock.now += 29 * minuteMs;
    await signsIn(person, nora);
    person.sees('have been kept');
    portal.clock.now += 2 * minuteMs;
    await person.submit('Return to your form');
    person.sees('Your earlier entries are no longer available.');
    assert.deepEqual(shownIn(person, typed), { firstName: '', lastName: '', username: '' });
  });

  it('is not offered after 30 minutes, or if the draft was tampered with', async () => {
    for (const lose of [
      () => void (portal.clock.now += 30 * minuteMs),
      (person: Person) => {
        const field = person.$('input[name=_carried]');
        field.attr(
          'value',
          (field.attr('value') ?? '').replace(/\.(.)/, (_, first) => `.${first === 'A' ? 'B' : 'A'}`),
        );
      },
    ]) {
      const person = await lostForm(await aPerson(portal, english).signIn(nora), nora);
      lose(person);
      await signsIn(person, nora);
      person.doesNotSee('have been kept');
      assert.equal(person.status, 200);
    }
  });

  it('returns to its page without performing the action if it consists only of a button', async () => {
    const user = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
    const person = await aPerson(portal, english).signIn(nora);
    await person.visit(userPath(user.id));
    await endSessions(nora);
    person.$('input[name=_csrf]').attr('value', 'stale');
    await person.submit('Block sign-in');
    assert.equal(person.status, 403);
    person.sees('Your session has ended, so this form has expired.');
    await signsIn(person, nora);
    assert.equal(person.path, userPath(user.id));
    assert.equal((await usersStore.find(portal.database, tenant.scope, user.id))?.state, 'active');
  });
});

describe('a busy portal', () => {
  async function whileBusy(work: () => Promise<unknown>): Promise<void> {
    busy.isBusy = true;
    await work().finally(() => (busy.isBusy = false));
  }

  it('offers a button that returns to the sign-in form with the user name filled in', async () => {
    const person = await aPerson(portal, english).visit(paths.signIn);
    await person.submit('Next', { 'User name': nora.username });
    await whileBusy(() => person.submit('Sign in', { Password: nora.clearPassword }));
    assert.equal(person.status, 503);
    await person.submit('Back to the form');
    assert.deepEqual(shownIn(person, { username: '' }), { username: nora.username });
    assert.ok(!person.bodies.some((body) => body.includes(nora.clearPassword)));
    await person.submit('Sign in', { Password: nora.clearPassword });
    assert.equal(person.path, paths.dashboard);
  });

  it('keeps the draft of another form during a sign-in', async () => {
    const person = await lostForm(await aPerson(portal, english).signIn(nora), nora);
    await person.submit('Next', { 'User name': nora.username });
    await whileBusy(() => person.submit('Sign in', { Password: nora.clearPassword }));
    assert.equal(person.status, 503);
    await person.submit('Back to the form');
    await person.submit('Sign in', { Password: nora.clearPassword });
    await assertReturns(person);
  });

  it('offers a link back to the forced password change', async () => {
    const user = await aUser(portal, tenant, { displayName: 'Lena Vogt', password: 'temporary', language: 'en' });
    const person = await aPerson(portal, english).signIn(user);
    const fields = { 'New password': goodPassword, 'Confirm new password': goodPassword };
    await whileBusy(() => person.submit('Change password', fields));
    assert.equal(person.status, 503);
    assert.ok(!person.body.includes(goodPassword));
    person.doesNotSee('Your entries have been kept');
    await person.follow('Back to the form');
    await person.submit('Change password', fields);
    assert.equal(person.path, paths.dashboard);
  });

  it('keeps the input of the set-up form except the password', async () => {
    const empty = await openPortal({ hasher });
    const token = 'b'.repeat(43);
    await setupTokenStore.replace(empty.database, setupTokenDigest(token));
    const person = await aPerson(empty, english).visit(fillPath(paths.setUp, { token }));
    const first = {
      tenantName: 'Nordwind',
      domain: 'nordwind.example',
      adminName: 'Ada',
      username: 'ada@nordwind.example',
    };
    const passwords = { newPassword: goodPassword, confirmPassword: goodPassword };
    fillIn(person, { ...first, ...passwords });
    await whileBusy(() => submitForm(person, first));
    assert.equal(person.status, 503);
    await person.submit('Back to the form');
    assert.deepEqual(shownIn(person, { ...first, newPassword: '' }), { ...first, newPassword: '' });
    fillIn(person, passwords);
    await submitForm(person, first);
    assert.equal(person.path, paths.signIn);
    assert.ok(!person.bodies.some((body) => body.includes(goodPassword)));
  });
});
