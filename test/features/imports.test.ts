import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { uploadForCheck, csvOf, importPath, shownRows, usersPath, labels } from '../support/imports.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const english = { 'Accept-Language': 'en' };
const portal = await openPortal();

async function aTenantWithUsers(
  language: 'en' | 'fr' | 'de',
): Promise<{ tenant: TestTenant; admin: TestUser; zoe: TestUser }> {
  const tenant = await aTenant(portal, { language });
  const admin = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  return { tenant, admin, zoe: await aUser(portal, tenant, { displayName: 'Zoé Besson' }) };
}

const textsByLanguage = {
  fr: {
    header: 'Nom d’utilisateur;Prénom;Niveau d’administration',
    billing: 'Administrateur de la facturation',
    results: ['À modifier', 'À ajouter', 'Refusé'],
    import: 'Importer 2 lignes valides',
    underWay: 'Importation en cours',
    done: 'Importation terminée',
    afterwards: ['Modifié', 'Ajouté', 'Refusé'],
    download: 'Télécharger les mots de passe',
  },
  de: {
    header: 'Benutzername;Vorname;Administratorebene',
    billing: 'Abrechnungsadministrator',
    results: ['Wird geändert', 'Wird hinzugefügt', 'Abgelehnt'],
    import: '2 Zeilen importieren',
    underWay: 'Der Import wird ausgeführt',
    done: 'Der Import ist abgeschlossen',
    afterwards: ['Geändert', 'Hinzugefügt', 'Abgelehnt'],
    download: 'Kennwörter herunterladen',
  },
  en: {
    header: 'User name;First name;Administrator level',
    billing: 'Billing admin',
    results: ['To be changed', 'To be added', 'Rejected'],
    import: 'Import 2 valid rows',
    underWay: 'Import in progress',
    done: 'Import complete',
    afterwards: ['Changed', 'Added', 'Rejected'],
    download: 'Download passwords',
  },
};

const results = (person: Person): string[] => shownRows(person).map(({ result }) => result);

for (const language of ['fr', 'de', 'en'] as const) {
  const [texts, say] = [textsByLanguage[language], labels[language]];
  describe(`importing users, in ${language}`, () => {
    it('checks the file, applies it after confirmation and offers the temporary passwords', async () => {
      const { tenant, admin, zoe } = await aTenantWithUsers(language);
      const newcomer = `ada@${tenant.domain}`;
      const person = await aPerson(portal, { 'Accept-Language': language }).signIn(admin);
      await (await person.visit(usersPath)).follow(say.import);
      const rows = [
        [zoe.username, 'Zoë', ''],
        [newcomer, 'Ada', texts.billing],
        ['x@elsewhere.example', 'X', ''],
      ];
      await person.upload(say.check, say.file, { name: 'leute.csv', content: `${texts.header}\r\n${csvOf(...rows)}` });
      assert.match(person.path, new RegExp(`^${importPath}/[0-9a-f-]{36}$`));
      person.sees('leute.csv');
      assert.deepEqual(results(person), texts.results);
      assert.equal(
        (await usersStore.find(portal.database, tenant.scope, zoe.id))?.firstName,
        'Zoé',
        'nothing changes before the confirmation',
      );

      await person.submit(texts.import);
      person.sees(texts.underWay);
      assert.equal(person.headers.refresh, '2', 'the page refreshes itself');
      await portal.background.runAll();
      await person.visit(person.path);
      person.sees(texts.done);
      assert.equal(person.headers.refresh, undefined);
      assert.deepEqual(results(person), texts.afterwards);
      assert.equal((await usersStore.find(portal.database, tenant.scope, zoe.id))?.firstName, 'Zoë');

      await person.submit(texts.download);
      const [, , , password = ''] = /([^;,\r\n]+)[;,]([^;,\r\n]+)[;,]([A-Z2-9-]{24})[;,]/.exec(person.body) ?? [];
      const ada = await aPerson(portal, english).signIn({ username: newcomer, clearPassword: password });
      assert.equal(ada.path, '/change-password');
    });
  });
}

describe('faults of an import file', async () => {
  const { tenant, admin, zoe } = await aTenantWithUsers('en');
  const person = await aPerson(portal, english).signIn(admin);
  const name = zoe.username;
  const faults: [what: string, content: Buffer | string, says: string][] = [
    ['an empty file', '', 'Choose a CSV file that isn’t empty.'],
    ['only white space', '\r\n \r\n', 'The file contains no users.'],
    [
      'no heading row',
      `${name};Zoé`,
      `The first row must include a “User name” column. Columns found: ${name} and Zoé`,
    ],
    ['only headings', 'user name;first name\r\n', 'The file contains no users. Add at least one row.'],
    ['headings and blank rows', 'user name;first name\r\n;\r\n;\r\n', 'The file contains no users.'],
    ['a duplicate column', `user name;First name;prénom\n${name};a;b`, 'Duplicate columns: prénom'],
    ['a duplicate user name column', `user name;Username\n${name};${name}`, 'Duplicate columns: Username'],
    [
      'more unknown columns than a page can show',
      `user name;${Array.from({ length: 101 }, (_, index) => `x${index}`).join(';')}\n${name}`,
      'Unknown columns: x0, x1, x2, x3, and x4.',
    ],
    [
      'an unknown encoding',
      Buffer.from(`user name;first name\n${name};M\x81ller`, 'latin1'),
      'an encoding that isn’t recognized',
    ],
    ['a workbook', Buffer.from('PK\x03\x04\0\0\0', 'latin1'), 'This is an Excel workbook'],
    ['an image', Buffer.from('\x89PNG\r\n\x1A\n', 'latin1'), 'This isn’t a CSV file'],
    ['unbalanced quotes', `user name;first name\n${name};"Zoé\n`, 'Row 2 can’t be read'],
    ['more than 100,000 rows', `user name\n${'a@b.example\n'.repeat(100_001)}`, 'more than 100,000 rows'],
  ];
  for (const [what, content, says] of faults) {
    it(`are explained, and nothing is stored: ${what}`, async () => {
      await portal.database.knex('throttles').delete();
      await uploadForCheck(person, content);
      assert.equal(person.status, 422, person.text);
      assert.equal(person.path, importPath);
      person.sees(says);
      assert.equal(person.$('[aria-invalid=true]').attr('id'), 'file');
      const kept = await portal.database.knex('imports').where({ tenant_id: tenant.id });
      assert.deepEqual(kept, []);
      assert.equal(({} as Record<string, unknown>).shoe, undefined);
    });
  }

  it('are not reported for read-only columns, columns without a heading, or missing optional columns', async () => {
    await portal.database.knex('throttles').delete();
    await uploadForCheck(person, `Status;Last sign-in;user name;;\nBlocked;2020-01-01;${name};;`);
    assert.deepEqual(results(person), ['Unchanged']);
    person.sees('The file contains no changes.');
    assert.equal(person.$('main button[name=mode]').length, 0);
  });
});
