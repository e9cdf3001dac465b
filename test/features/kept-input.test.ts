import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { aUser, type TestUser } from '../support/builders.ts';
import { breakableSessions, fillIn, shownIn, submitForm, type Typed } from '../support/kept-input.ts';
import { anOperator } from '../support/operators.ts';
import { aPerson, type Person } from '../support/person.ts';
import { english } from '../support/second-factor.ts';
import { formsOfUsers, formsOfVisitors, type KeptForm } from './kept-input.cases.ts';
import { openPortalWithUsers } from '../web/portal-with-users.ts';

const { state, sessionStore } = breakableSessions();
const { portal, tenant, addressOf, global, plainUser } = await openPortalWithUsers({ sessionStore });
const [nora, ines] = [
  await aUser(portal, tenant, { displayName: 'Nora Second', administratorLevel: 'global', language: 'en' }),
  await aUser(portal, tenant, { displayName: 'Inès Third', administratorLevel: 'global', language: 'en' }),
];

// Typed wherever a form has a field for them.
const secret = 'Geheimer Kranich 4711';
const secrets: Typed = { password: secret, newPassword: secret, confirmPassword: secret };

const forms = formsOfUsers(plainUser.id);
const visitorForms = formsOfVisitors(global.username);

const addressFor = (path: string, { address }: KeptForm): string => address ?? addressOf({ path });
const gone = /Your earlier entries are no longer available/;
const signedIn = (user: TestUser): Promise<Person> => aPerson(portal, english).signIn(user);

async function openForm(person: Person, path: string, form: KeptForm): Promise<Person> {
  await person.visit(addressFor(path, form));
  assert.equal(person.status, 200, `${path}: ${person.text}`);
  fillIn(person, form.typed);
  for (const name of Object.keys(secrets)) person.$(`main [name=${name}]`).attr('value', secret);
  return person;
}

const withoutToken = (person: Person): void => void person.$('input[name=_csrf]').attr('value', 'stale');
const endSessions = (user: TestUser) => portal.database.knex('user_sessions').where({ user_id: user.id }).delete();
async function signInOnPage(person: Person, user: TestUser): Promise<Person> {
  await person.submit('Next', { 'User name': user.username });
  return person.submit('Sign in', { Password: user.clearPassword });
}
/** Everything that these forms could have written. */
async function written(): Promise<unknown> {
  const { knex } = portal.database;
  const users = (await knex('users').orderBy('id')) as Record<string, unknown>[];
  return {
    users: users.map(({ last_sign_in_at: _at, ...user }) => user),
    rules: await knex('tenants').orderBy('id').select('own_rules'),
    approvals: await knex('approvals').orderBy('id'),
    grants: await knex('support_grants').orderBy('id'),
  };
}
const assertNoSecret = (person: Person, typed: Typed): void => {
  for (const body of person.bodies) assert.ok(!body.includes(secret), 'a secret is in a page');
  const texts = [secret, ...Object.values(typed).filter((each) => each.length > 12 && !each.includes('@'))];
  assert.deepEqual(
    texts.filter((text) => portal.logged().includes(text)),
    [],
    'in the log',
  );
};

await anOperator(portal, { displayName: 'Olga Operator' });

it('every form that keeps input is in a table of this file', () => {
  const kept = portal.routes.flatMap((route) =>
    route.method === 'post' && route.form.keeps.length > 0 ? [route.path] : [],
  );
  assert.deepEqual(kept.sort(), [...Object.keys(forms), ...Object.keys(visitorForms)].sort());
});

for (const [path, form] of Object.entries(forms)) {
  describe(`input in the form of ${path}`, () => {
    it('is shown again if the token is stale', async () => {
      const person = await openForm(await signedIn(nora), path, form);
      const before = await written();
      withoutToken(person);
      await submitForm(person, form.typed);
      assert.equal(person.status, 403);
      person.sees('This form has expired. Nothing was changed, and your entries are still here.');
      assert.deepEqual(shownIn(person, form.typed), form.typed);
      assert.deepEqual(await written(), before);
      assertNoSecret(person, form.typed);
    });

    it('is not shown if the form was rendered for another user, or sent from another site', async () => {
      const person = await openForm(await signedIn(nora), path, form);
      const { $ } = await openForm(await signedIn(ines), path, form);
      const foreign = $('main input[name=_owner]').first().attr('value') ?? '';
      assert.ok(foreign.length > 20);
      for (const owner of [foreign, '', 'x'.repeat(43)]) {
        const fields = { ...form.typed, _owner: owner };
        const { status, text } = await person.send('POST', addressFor(path, form).split('?')[0] ?? '', fields, {
          csrf: 'stale',
        });
        assert.equal(status, 403);
        for (const value of Object.values(form.typed)) if (value.length > 9) assert.ok(!text.includes(value), value);
      }
    });

    it('returns after the session has ended, for the same user and without being submitted', async () => {
      const person = await openForm(await signedIn(nora), path, form);
      const before = await written();
      await endSessions(nora);
      await submitForm(person, form.typed);
      assert.equal(person.status, 403);
      person.sees('Sign in again to return to your entries.');
      for (const value of Object.values(form.typed))
        if (value.length > 9) assert.ok(!person.body.includes(value), value);
      await signInOnPage(person, nora);
      person.sees('The entries that you made before your session ended have been kept.');
      await person.submit('Return to your form');
      assert.equal(person.status, 200);
      assert.deepEqual(shownIn(person, form.typed), form.typed);
      assert.deepEqual(await written(), before);
      assertNoSecret(person, form.typed);
      const stored = JSON.stringify(await portal.database.knex('sessions').select('data'));
      for (const value of Object.values(form.typed)) if (value.length > 12) assert.ok(!stored.includes(value), value);
    });

    it('is not offered to another user, who cannot open it either', async () => {
      const person = await openForm(await signedIn(nora), path, form);
      await endSessions(nora);
      await submitForm(person, form.typed);
      const draft = person.$('input[name=_carried]').first().attr('value') ?? '';
      await signInOnPage(person, ines);
      assert.equal(person.status, 200);
      person.doesNotSee('entries that you made');
      for (const value of Object.values(form.typed))
        if (value.length > 9 && value !== 'administrators') person.doesNotSee(value);
      const page = Buffer.from(draft.split('.')[2] ?? '', 'base64url').toString();
      const { status, text } = await person.send('POST', page, { _draft: draft });
      assert.ok([200, 303].includes(status), String(status));
      assert.match(status === 200 ? text : (await person.visit(paths.dashboard)).text, gone);
      for (const value of Object.values(form.typed))
        if (value.length > 9 && value !== plainUser.id && value !== 'administrators')
          assert.ok(!text.includes(value), value);
    });

    it('returns after an interruption of the portal', async () => {
      const person = await openForm(await signedIn(nora), path, form);
      state.isBroken = true;
      await submitForm(person, form.typed);
      assert.deepEqual([person.status, person.headers['retry-after']], [503, '5']);
      person.sees('Your entries have been kept, except passwords, codes, and files.');
      await person.submit('Back to the form');
      assert.equal(person.status, 503);
      state.isBroken = false;
      await person.submit('Back to the form');
      assert.equal(person.status, 200);
      assert.deepEqual(shownIn(person, form.typed), form.typed);
      assertNoSecret(person, form.typed);
    });

    if (form.invalid === null) return;
    it('is shown again if it is invalid', async () => {
      const person = await openForm(await signedIn(nora), path, form);
      const typed = { ...form.typed, ...form.invalid };
      fillIn(person, typed);
      await submitForm(person, typed);
      assert.equal(person.status, 422, person.text);
      assert.deepEqual(shownIn(person, typed), typed);
      assertNoSecret(person, form.typed);
    });
  });
}

for (const [path, form] of Object.entries(visitorForms)) {
  describe(`input of a visitor in the form of ${path}`, () => {
    async function opened(): Promise<Person> {
      const person = await aPerson(portal, english).visit(paths.signIn);
      if (path === paths.signInPassword) await person.submit('Next', { 'User name': global.username });
      return openForm(person, path, form);
    }

    it('is shown again if the cookies are gone', async () => {
      const page = await opened();
      const visitor = aPerson(portal, english);
      const action = addressOf({ path });
      const { status, text } = await visitor.send('POST', action, { ...form.typed, ...secrets }, { csrf: 'stale' });
      assert.equal(status, 403);
      assert.match(text, /This form has expired/);
      assert.ok(!text.includes(secret));
      const before = await written();
      withoutToken(page);
      await submitForm(page, form.typed);
      assert.equal(page.status, 403);
      assert.deepEqual(shownIn(page, form.typed), form.typed);
      assert.equal(
        page.$('a[href="/dashboard"], a[href="/"]').filter('.btn').length,
        0,
        'leads to a form, not elsewhere',
      );
      assert.deepEqual(await written(), before);
    });

    it('returns after an interruption of the portal', async () => {
      const person = await opened();
      state.isBroken = true;
      await submitForm(person, form.typed);
      assert.equal(person.status, 503);
      state.isBroken = false;
      await person.submit('Back to the form');
      assert.equal(person.status, 200);
      assert.deepEqual(shownIn(person, form.typed), form.typed);
      assertNoSecret(person, form.typed);
    });

    if (form.invalid === null) return;
    it('is shown again if it is invalid', async () => {
      const person = await opened();
      await submitForm(person, form.typed);
      assert.equal(person.status, 422);
      assert.deepEqual(shownIn(person, form.typed), form.typed);
      assertNoSecret(person, form.typed);
    });
  });
}
