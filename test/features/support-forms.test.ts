import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { fillIn, shownIn, submitForm } from '../support/kept-input.ts';
import { anOperator, aSupportedTenant, english, grantSupport, supportPage } from '../support/operators.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as setupTokenStore from '../../src/core/accounts/stores/setup-token.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`the forms for support access, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const ada = await anOperator(portal);
    const { longestHours } = portal.config.rules.supportAccess;
    const grants = (): Promise<unknown[]> => portal.database.knex('support_grants').orderBy('id').select();

    describe('a grant form', async () => {
      const { admin, camille } = await aSupportedTenant(portal);
      const blocked = await anOperator(portal, { displayName: 'Bo Blocked', state: 'blocked' });
      const good = { operator: ada.id, purpose: 'Imports fail', hours: '1', level: 'look' };
      for (const [label, fields, message] of [
        ['zero hours', { hours: '0' }, /whole number of hours/],
        ['negative hours', { hours: '-1' }, /whole number of hours/],
        ['half an hour', { hours: '0.5' }, /whole number of hours/],
        ['more hours than allowed', { hours: String(longestHours + 1) }, /from 1 to/],
        ['an overlong number', { hours: '9'.repeat(400) }, /whole number of hours/],
        ['full-width digits', { hours: '２' }, /whole number of hours/],
        ['no duration', { hours: '' }, /whole number of hours/],
        ['no purpose', { purpose: ' \u00A0\t' }, /Enter a reason/],
        ['an invisible purpose', { purpose: '\u202E\u200B\u2066' }, /Enter a reason/],
        ['a purpose of 10,000 characters', { purpose: 'x'.repeat(10_000) }, /too long/],
        ['no operator', { operator: '' }, /Choose a person/],
        ['an unknown user ID', { operator: randomUUID() }, /Choose a person/],
        ['an administrator of the tenant', { operator: camille.id }, /Choose a person/],
        ['a blocked operator', { operator: blocked.id }, /Choose a person/],
      ] as const) {
        it(`is rejected with ${label}, and grants nothing`, async () => {
          const before = await grants();
          const answer = await admin.send('POST', supportPage, { ...good, ...fields });
          assert.equal(answer.status, 422, label);
          assert.match(answer.text, message);
          assert.deepEqual(await grants(), before);
        });
      }

      it('shows all input again, even a purpose that exceeds the limit within a surrogate pair', async () => {
        const typed = { purpose: `${'x'.repeat(299)}😀${'y'.repeat(100)}`, hours: 'ten' };
        await admin.visit(supportPage);
        fillIn(admin, typed);
        await submitForm(admin, typed);
        assert.equal(admin.status, 422);
        assert.deepEqual(shownIn(admin, typed), typed);
      });

      it('grants read-only access for an unknown level', async () => {
        assert.equal((await admin.send('POST', supportPage, { ...good, level: 'global' })).status, 303);
        await admin.visit(supportPage);
        admin.sees('View only');
        assert.equal(
          (await admin.send('POST', supportPage, good)).status,
          422,
          'a second grant for the same operator is rejected',
        );
      });

      it('grants access once when sent twice concurrently', async () => {
        const both = await aSupportedTenant(portal);
        const answers = await Promise.all([1, 2].map(() => both.admin.send('POST', supportPage, good)));
        assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 422]);
      });
    });

    it('show a purpose with markup and control characters as text', async () => {
      const supported = await aSupportedTenant(portal, '<i>Lumière</i>');
      await grantSupport(portal, supported, ada, { purpose: '<b>bold</b>\u202Edlob & {{tenant}}' });
      const operator = await aPerson(portal, english).signIn(ada);
      const row = operator.$('tr').filter((_, each) => operator.$(each).text().includes('<i>Lumière</i>'));
      await operator.send('POST', row.find('form').attr('action') ?? '');
      await supported.admin.visit(supportPage);
      for (const [person, path] of [
        [supported.admin, '/dashboard'],
        [supported.admin, supportPage],
        [supported.admin, '/account-settings/activity-log'],
        [operator, '/dashboard'],
      ] as const) {
        await person.visit(path);
        person.sees('<b>bold</b>dlob & {{tenant}}');
        assert.ok(
          !person.body.includes('<b>bold') && !person.body.includes('<i>Lum') && !person.body.includes('\u202E'),
        );
      }
      await operator.submit('End support session');
    });
  });
}

it('the set-up link for the first tenant stays valid after an operator is created', async () => {
  const portal = await openPortal();
  const { database } = portal;
  await setupTokenStore.replace(database, 'a digest');
  await anOperator(portal);
  assert.equal(await tenantsStore.isEmpty(database), true);
  assert.equal(await setupTokenStore.consume(database, 'a digest'), true);
});
