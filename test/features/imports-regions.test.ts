import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { anImportTenant, testImportRows } from '../support/import-row-cases.ts';
import { importPath } from '../support/imports.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const english = { 'Accept-Language': 'en' };

describe('a User management admin’s row in Germany', async () => {
  const germany = await openPortal({ environment: { REGION: 'germany' } });
  testImportRows(await anImportTenant(germany), 'manager', [
    ['adds a user', ['new@', 'Zoé'], 'To be added', /—/],
    [
      'adds no administrator',
      ['new@', 'Zoé', '', '', 'billing'],
      'Refused',
      /In the region Germany, only a Global admin/,
    ],
    ['does not touch an administrator', ['billing@', 'Zoé'], 'Refused', /In the region Germany, only a Global admin/],
    ['gives an agent level', ['plain@', '', '', '', '', 'sales'], 'To be changed', /Sales agent/],
  ]);
});

describe('where the region imports nobody', async () => {
  const historical = await openPortal({
    environment: { REGION: 'germany', REGION_RULES: 'rules/germany-historical.json' },
  });
  const tenant = await aTenant(historical, { language: 'en' });
  const admin = await aUser(historical, tenant, { administratorLevel: 'global' });

  it('the pages say where it is done instead, and a file that is sent all the same is not taken', async () => {
    const person = await aPerson(historical, english).signIn(admin);
    for (const path of [importPath, `${importPath}/template.csv`, `/account-settings/user-management/export.csv`]) {
      await person.visit(path);
      assert.equal(person.status, 200);
      person.sees('Managed in another place');
      assert.match(person.headers['content-type'] ?? '', /html/);
    }
    const answer = await person.send('POST', importPath);
    assert.equal(answer.status, 403);
    assert.equal((await historical.database.knex('imports')).length, 0);
  });
});
