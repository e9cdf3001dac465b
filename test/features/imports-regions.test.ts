import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { anImportTenant, testImportRows } from '../support/import-row-cases.ts';
import { importPath } from '../support/imports.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const english = { 'Accept-Language': 'en' };

describe('an import by a User management admin in Germany', async () => {
  const germany = await openPortal({ environment: { REGION: 'germany' } });
  testImportRows(await anImportTenant(germany), 'manager', [
    ['adds a user', ['new@', 'Zoé'], 'To be added', /—/],
    [
      'cannot add an administrator',
      ['new@', 'Zoé', '', '', 'billing'],
      'Rejected',
      /In the Germany region, only a Global admin/,
    ],
    ['cannot change an administrator', ['billing@', 'Zoé'], 'Rejected', /In the Germany region, only a Global admin/],
    ['sets an agent level', ['plain@', '', '', '', '', 'sales'], 'To be changed', /Sales agent/],
  ]);
});

describe('a region without imports', async () => {
  const historical = await openPortal({
    environment: { REGION: 'germany', REGION_RULES: 'rules/germany-historical.json' },
  });
  const tenant = await aTenant(historical, { language: 'en' });
  const admin = await aUser(historical, tenant, { administratorLevel: 'global' });

  it('says that users are managed elsewhere, and rejects an uploaded file', async () => {
    const person = await aPerson(historical, english).signIn(admin);
    for (const path of [importPath, `${importPath}/template.csv`, `/account-settings/user-management/export.csv`]) {
      await person.visit(path);
      assert.equal(person.status, 200);
      person.sees('Managed elsewhere');
      assert.match(person.headers['content-type'] ?? '', /html/);
    }
    const answer = await person.send('POST', importPath);
    assert.equal(answer.status, 403);
    assert.equal((await historical.database.knex('imports')).length, 0);
  });
});
