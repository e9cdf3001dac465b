import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillPath, paths } from '../../src/site/http/paths.ts';
import type { Person } from '../support/person.ts';
import { submitForm } from '../support/kept-input.ts';
import { anOperator, enterSupport, grantSupport, type SupportedTenant } from '../support/operators.ts';
import { seedOn, totpCode } from '../support/second-factor.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import { formsOfUsers, type KeptForm } from './kept-input.cases.ts';
import { openPortalWithForms, type Written } from './kept-input.forms.ts';

const { portal, tenant, global, plainUser, openForm, signedIn, assertShown, written } = await openPortalWithForms();
const supported: SupportedTenant = { tenant, camille: global, admin: await signedIn(global) };
// An operator cannot assign levels.
const forms = Object.fromEntries(
  Object.entries(formsOfUsers(plainUser.id)).map(
    ([
      path,
      {
        typed: { agentLevel: _level, ...typed },
        ...form
      },
    ]) => [path, Object.assign(form, { typed })],
  ),
);
/** The forms that an operator can open in a support session. */
const offered = [paths.newUser, paths.user, paths.bulkUsers, paths.bulkReset];

async function anOperatorInside() {
  const operator = await anOperator(portal, { displayName: 'Olga Operator' });
  const grantAgain = () => grantSupport(portal, supported, operator);
  await grantAgain();
  const person = await enterSupport(portal, operator);
  const grants = portal.database.knex('support_grants').where({ operator_id: operator.id });
  const { id } = (await grants.first()) as { id: string };
  const endAccess = () => supported.admin.send('POST', fillPath(paths.endSupport, { grantId: id }));
  return { person, endAccess, grantAgain };
}

async function assertReturns(person: Person, form: KeptForm, before: Written): Promise<void> {
  await person.submit('Open');
  person.sees('They haven’t been submitted.');
  await person.submit('Return to your form');
  assert.equal(person.status, 200);
  assertShown(person, form.typed);
  const { users, rules, approvals } = await written();
  assert.deepEqual([users, rules, approvals], [before.users, before.rules, before.approvals]);
}

for (const path of offered) {
  const form = forms[path]!;
  describe(`input in the form at ${path} in a support session`, () => {
    it('is shown again after access has ended and been granted again', async () => {
      const { person, endAccess, grantAgain } = await anOperatorInside();
      await openForm(person, path, form);
      const before = await written();
      await endAccess();
      await submitForm(person, form.typed);
      assert.equal(person.status, 403);
      person.sees('Your access to Canary Tenant was ended.').sees('Your entries have been kept');
      for (const value of Object.values(form.typed)) if (value.length > 9) person.doesNotSee(value);
      await grantAgain();
      await person.submit('Refresh list');
      await assertReturns(person, form, before);
    });

    it('is not shown outside the organization, or if the form was rendered for another user', async () => {
      const { person, endAccess } = await anOperatorInside();
      const { $ } = await openForm(await signedIn(global), path, form);
      const foreign = $('main input[name=_owner]').first().attr('value') ?? '';
      await openForm(person, path, form);
      const page = person.path;
      await endAccess();
      const answer = await person.send('POST', page, { ...form.typed, _owner: foreign });
      assert.deepEqual([answer.status, answer.headers.location], [303, paths.dashboard]);

      const other = await anOperatorInside();
      await openForm(other.person, path, form);
      await other.endAccess();
      await submitForm(other.person, form.typed);
      const draft = other.person.$('input[name=_carried]').first().attr('value') ?? '';
      assert.ok(draft.length > 20);
      const { status, text } = await other.person.send('POST', page, { _draft: draft });
      assert.ok([303, 403].includes(status), String(status));
      for (const value of Object.values(form.typed)) if (value.length > 9) assert.ok(!text.includes(value), value);
    });
  });
}

it('input in a support session is shown again after the operator sets up a second factor that the organization now requires', async () => {
  const form = forms[paths.newUser]!;
  const { person } = await anOperatorInside();
  await openForm(person, paths.newUser, form);
  const own = (await tenantsStore.findOwn(portal.database, tenant.scope))?.ownRules;
  await tenantsStore.setOwnRules(
    portal.database,
    tenant.scope,
    Object.assign({}, own, { secondFactor: 'administrators' }),
  );
  await submitForm(person, form.typed);
  person.sees('Canary Tenant requires two-step verification.');
  await person.submit('Open');
  assert.equal(person.status, 409);
  await person.submit('Set up authenticator app');
  await person.submit('Finish setup', { Code: totpCode(portal, seedOn(person)) });
  const before = await written();
  await person.submit('Go to dashboard');
  await assertReturns(person, form, before);
});
