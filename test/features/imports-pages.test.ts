import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { aStagedImport, uploadForCheck, csvOf, importPath, shownRows } from '../support/imports.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { translator } from '../support/translator.ts';

const english = { 'Accept-Language': 'en' };
const portal = await openPortal();
const results = (person: Person): string[] => shownRows(person).map(({ result }) => result);

async function aTenantWithAdmin() {
  const tenant = await aTenant(portal, { language: 'en' });
  return {
    tenant,
    admin: await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' }),
  };
}

describe('the rows of an import', async () => {
  const { tenant, admin } = await aTenantWithAdmin();
  const person = await aPerson(portal, english).signIn(admin);

  it('are paged in both directions and can be filtered by result', async () => {
    const rows = Array.from({ length: 120 }, (_, index) =>
      index % 3 === 2 ? [`${index}@elsewhere.example`] : [`u${index}@${tenant.domain}`, `Name ${index}`],
    );
    await uploadForCheck(person, csvOf(['user name', 'first name'], ...rows));
    const first = shownRows(person).map(({ line }) => line);
    assert.deepEqual([first.length, first[0], first.at(-1)], [50, '2', '51']);
    await person.follow('Next');
    await person.follow('Next');
    assert.deepEqual(
      shownRows(person)
        .map(({ line }) => line)
        .slice(0, 2),
      ['102', '103'],
    );
    assert.ok(!person.text.includes('Next'));
    await person.follow('Previous');
    await person.follow('Previous');
    assert.deepEqual(
      shownRows(person).map(({ line }) => line),
      first,
    );
    await person.follow('40 Rejected');
    assert.equal(shownRows(person).length, 40);
    assert.deepEqual(new Set(results(person)), new Set(['Rejected']));
    await person.follow('Show all rows');
    await person.follow('0 Unchanged');
    person.sees('No rows with this result');
  });

  for (const query of [
    '?outcome=everything',
    '?after=-1',
    '?after=x&before=y',
    '?before=0',
    '?after=999999999',
    "?outcome='--",
  ]) {
    it(`respond with 200 to an invalid or out-of-range query: ${query}`, async () => {
      assert.equal((await person.visit(person.path.replace(/\?.*/, '') + query)).status, 200);
    });
  }
});

describe('an import', async () => {
  const { tenant, admin } = await aTenantWithAdmin();
  const person = await aPerson(portal, english).signIn(admin);

  it('is visible only to the user who uploaded it, on their import page', async () => {
    const colleague = await aUser(portal, tenant, { displayName: 'Colleague', administratorLevel: 'global' });
    const id = await aStagedImport(portal, tenant, admin);
    const other = await aPerson(portal, english).signIn(colleague);
    const address = `${importPath}/${id}`;
    assert.equal((await person.visit(address)).status, 200);
    assert.equal((await other.visit(address)).status, 404);
    assert.equal((await other.send('POST', address, { mode: 'all' })).status, 404);
    assert.equal((await other.send('POST', `${address}/passwords`)).status, 404);
    (await person.visit(importPath)).sees('Kanarienvogel.csv');
    (await other.visit(importPath)).doesNotSee('Kanarienvogel.csv');
  });

  it('explains why a row was refused, even if an earlier release stored the row', async () => {
    const named = { field: 'username', key: 'imports:fault.again', values: { line: 7 } };
    const row = { line: 2, username: 'x', displayName: 'X', outcome: 'refused' } as const;
    const id = await aStagedImport(portal, tenant, admin, [
      { ...row, faults: [named as never] },
      { ...row, line: 3, faults: [{ field: 'username', code: 'importRow.duplicate', parameters: { line: 8 } }] },
      {
        ...row,
        line: 4,
        faults: [{ field: 'username', code: 'permission.denied', parameters: { because: 'elsewhere' } }],
      },
    ]);
    const { t } = translator('en');
    await person.visit(`${importPath}/${id}`);
    for (const line of [7, 8]) person.sees(t('imports:fault.again', { line }));
    person.sees(t('policy:elsewhere.title', { region: 'Worldwide' }));
  });

  it('is deleted with all its rows after a day', async () => {
    const id = await aStagedImport(portal, tenant, admin, [
      { line: 2, username: 'x', displayName: 'X', outcome: 'refused', faults: [] },
    ]);
    portal.clock.now += 86_400_000;
    await portal.background.runAll();
    assert.equal((await portal.database.knex('import_rows').where({ import_id: id })).length, 1);
    portal.clock.now += 1;
    await portal.background.runAll();
    assert.equal((await portal.database.knex('import_rows').where({ import_id: id })).length, 0);
  });

  it('is deleted when its user has uploaded ten newer files', async () => {
    const again = await aPerson(portal, english).signIn(admin);
    for (let count = 0; count < 12; count++) {
      await portal.database.knex('throttles').delete();
      portal.clock.now += 1;
      await uploadForCheck(again, `user name\nx${count}@nowhere.example`, `file ${count}.csv`);
    }
    await again.visit(importPath);
    again.sees('file 11.csv').sees('file 2.csv').doesNotSee('file 1.csv');
    assert.equal((await portal.database.knex('imports').where({ user_id: admin.id })).length, 10);
  });

  it('is refused if the user has already had ten files checked within a minute', async () => {
    await portal.database.knex('throttles').delete();
    const again = await aPerson(portal, english).signIn(admin);
    for (let count = 0; count < 10; count++)
      assert.equal((await uploadForCheck(again, 'user name\nx@y.example')).status, 200);
    assert.equal((await uploadForCheck(again, 'user name\nx@y.example')).status, 429);
    assert.match(again.headers['retry-after'] ?? '', /^\d+$/);
  });

  it('has a template with all columns that can be imported', async () => {
    const german = await aUser(portal, tenant, { administratorLevel: 'global', language: 'de' });
    const reader = await aPerson(portal).signIn(german);
    await reader.visit(`${importPath}/template.csv`);
    const heading = 'Benutzername;Vorname;Nachname;Anzeigename;Administratorebene;Agentenebene;Sprache';
    assert.equal(reader.body, `\uFEFF${heading}\r\n`);
    assert.match(reader.headers['content-disposition'] ?? '', /vorlage-benutzer\.csv/);
  });
});
