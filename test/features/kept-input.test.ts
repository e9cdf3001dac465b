import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { aUser, type TestUser } from '../support/builders.ts';
import { fillIn, submitForm } from '../support/kept-input.ts';
import { anOperator } from '../support/operators.ts';
import { seedOn, totpCode } from '../support/second-factor.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import type { Person } from '../support/person.ts';
import { formsOfUsers, formsOfVisitors } from './kept-input.cases.ts';
import { openPortalWithForms, withoutToken } from './kept-input.forms.ts';

const opened = await openPortalWithForms();
const { portal, tenant, global, plainUser, addressFor, openForm, signedIn } = opened;
const { written, assertShown, assertReturnsAfterInterruption } = opened;
const [nora, ines] = [
  await aUser(portal, tenant, { displayName: 'Nora Second', administratorLevel: 'global', language: 'en' }),
  await aUser(portal, tenant, { displayName: 'Inès Third', administratorLevel: 'global', language: 'en' }),
];
const forms = formsOfUsers(plainUser.id);
const gone = /Your earlier entries are no longer available/;

const endSessions = (user: TestUser) => portal.database.knex('user_sessions').where({ user_id: user.id }).delete();
async function signInOnPage(person: Person, user: TestUser): Promise<Person> {
  await person.submit('Next', { 'User name': user.username });
  return person.submit('Sign in', { Password: user.clearPassword });
}

await anOperator(portal, { displayName: 'Olga Operator' });

it('every form that preserves input has a test case', () => {
  const kept = portal.routes.flatMap((route) =>
    route.method === 'post' && route.form.keeps.length > 0 ? [route.path] : [],
  );
  assert.deepEqual(kept.sort(), [...Object.keys(forms), ...Object.keys(formsOfVisitors(global.username))].sort());
});

it('every form that is checked for concurrent changes has a test case with a conflict', () => {
  const compared = portal.routes.flatMap((route) =>
    route.method === 'post' && 'comparedBy' in route.form.changes && route.form.keeps.length > 0 ? [route.path] : [],
  );
  assert.deepEqual(
    compared.filter((path) => (forms[path]?.conflict ?? null) === null),
    [],
  );
});

/** Sets whether the tenant's own rules require a second factor for administrators. */
async function requireSecondFactors(isRequired: boolean): Promise<void> {
  const own = (await tenantsStore.findOwn(portal.database, tenant.scope))?.ownRules;
  const rules = Object.assign({}, own, { secondFactor: isRequired ? 'administrators' : undefined });
  await tenantsStore.setOwnRules(portal.database, tenant.scope, rules);
}

for (const [path, form] of Object.entries(forms)) {
  describe(`input in the form at ${path}`, () => {
    it('is shown again if the token is stale', async () => {
      const person = await openForm(await signedIn(nora), path, form);
      const before = await written();
      withoutToken(person);
      await submitForm(person, form.typed);
      assert.equal(person.status, 403);
      person.sees('This form has expired. Nothing was changed, and your entries are still here.');
      assertShown(person, form.typed);
      assert.deepEqual(await written(), before);
    });

    it('is not shown if the form was rendered for another user or sent from another site', async () => {
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

    it('is shown again to the same user, without being submitted, after the session has ended', async () => {
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
      assertShown(person, form.typed);
      assert.deepEqual(await written(), before);
      const stored = JSON.stringify(await portal.database.knex('sessions').select('data'));
      for (const value of Object.values(form.typed)) if (value.length > 12) assert.ok(!stored.includes(value), value);
    });

    it('is not offered to another user, and is not shown even if they submit the draft', async () => {
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

    it('is shown again after an interruption of the portal', async () => {
      const person = await openForm(await signedIn(nora), path, form);
      await assertReturnsAfterInterruption(person, form);
    });

    it('is shown again after the user sets up a second factor that is now required', async () => {
      const user = await aUser(portal, tenant, {
        displayName: 'Ida New',
        administratorLevel: 'global',
        language: 'en',
      });
      const person = await openForm(await signedIn(user), path, form);
      await requireSecondFactors(true);
      try {
        const before = await written(user);
        await submitForm(person, form.typed);
        assert.equal(person.status, 403, person.text);
        person.sees('Nothing was changed, because you must complete this step first.');
        await person.submit('Finish setup', { Code: '000000' });
        assert.equal(person.status, 422);
        await person.submit('Finish setup', { Code: totpCode(portal, seedOn(person)) });
        await person.submit('Return to your form');
        assert.equal(person.status, 200);
        assertShown(person, form.typed);
        assert.deepEqual(await written(user), before);
      } finally {
        await requireSecondFactors(false);
      }
    });

    it('is not kept during second-factor setup if the form was rendered for another user', async () => {
      const user = await aUser(portal, tenant, {
        displayName: 'Ida New',
        administratorLevel: 'global',
        language: 'en',
      });
      const person = await openForm(await signedIn(nora), path, form);
      await person.signIn(user);
      const { $ } = await openForm(await signedIn(ines), path, form);
      const _owner = $('main input[name=_owner]').first().attr('value') ?? '';
      await requireSecondFactors(true);
      const answer = await person.send('POST', addressFor(path, form).split('?')[0] ?? '', { ...form.typed, _owner });
      await requireSecondFactors(false);
      assert.deepEqual([answer.status, answer.headers.location], [303, paths.ownSecondFactor]);
    });

    const { invalid, conflict } = form;
    if (invalid !== null)
      it('is shown again if it is invalid', async () => {
        const person = await openForm(await signedIn(nora), path, form);
        const typed = { ...form.typed, ...invalid };
        fillIn(person, typed);
        await submitForm(person, typed);
        assert.equal(person.status, 422, person.text);
        assertShown(person, typed);
      });

    // This test runs last, because a request can be decided only once.
    if (conflict === null) return;
    it('is shown again if another administrator has changed the same data in the meantime', async () => {
      const person = await openForm(await signedIn(nora), path, form);
      await conflict.cause(await signedIn(ines), addressFor(path, form));
      await submitForm(person, form.typed);
      assert.equal(person.status, 409, person.text);
      if (conflict.shows === undefined) assertShown(person, form.typed);
      else person.sees(conflict.shows);
    });
  });
}
