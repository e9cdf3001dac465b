import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aUser } from '../support/builders.ts';
import { importPath, shownRows } from '../support/imports.ts';
import { aPerson } from '../support/person.ts';
import { openImportChecks } from '../support/import-checks.ts';

const { portal, tenant, person, upload } = await openImportChecks();

const whoIsShown = (): string[] => shownRows(person).map(({ who, result }) => `${who}: ${result}`);

describe('a password column of an import', () => {
  const secret = 'Sommersonne-1789';
  const files: [what: string, file: string][] = [
    ['in a good row', `user name;display name;Mot de passe\npw1@essai.example;Kim;${secret}`],
    ['in a row that is refused', `Kennwort;user name;language\n${secret};pw2@essai.example;Klingon`],
    ['in a row with an extra cell', `user name;display name;password;language\npw3@essai.example;Kim;Lee;${secret};fr`],
    ['in a malformed row', `user name;password;display name\npw4@essai.example;"${secret};Kim\nok@essai.example;x;Ok`],
    ['before the user name, in a shifted row', `first name;password;user name\nKim;Lee;${secret};pw5@essai.example`],
    ['in a file whose name column is read as a level', `password;user name;level\n${secret};pw6@essai.example;x`],
  ];
  for (const [what, file] of files) {
    it(`is ignored with a warning, and never stored: ${what}`, async () => {
      await upload(file);
      person.sees('Passwords are never imported or stored.');
      await person.visit(`${person.path}/rejected.csv`);
      assert.ok(!person.body.includes(secret));
      const { knex } = portal.database;
      assert.ok(!JSON.stringify([await knex('imports'), await knex('import_rows')]).includes(secret));
    });
  }
});

describe('the rejected rows of an import', () => {
  const file = [
    'Status;first name;user name;language;last name',
    'Active;=Ada;ada@elsewhere.example;French;Lovelace',
    'Active;Zoé;zoe@essai.example;Klingon;Besson',
    'Active;Robert "Bob";bob@essai.example;;Smith',
    'Active;Kim;kim@essai.example;;Lee',
  ].join('\n');

  it('keep their names, and can be downloaded with the reasons, corrected, and checked again', async () => {
    await upload(file);
    const [ada, zoe, bob, kim] = whoIsShown();
    assert.deepEqual(
      [ada, zoe, bob, kim],
      [
        '=Ada Lovelace ada@elsewhere.example: Rejected',
        'Zoé Besson zoe@essai.example: Rejected',
        'Robert "Bob" Smith bob@essai.example: Rejected',
        'Kim Lee kim@essai.example: To be added',
      ],
    );
    await person.follow('Download rejected rows');
    assert.match(person.headers['content-disposition'] ?? '', /rejected-rows\.csv/);
    const [heading, ...rows] = person.body.trim().split('\r\n');
    assert.equal(
      heading,
      'User name,First name,Last name,Display name,Administrator level,Agent level,Language,Reason',
    );
    assert.equal(rows.length, 3);
    assert.match(rows[0] ?? '', /^ada@elsewhere\.example,'=Ada,Lovelace,,,,French,User name: .+/);
    assert.match(rows[1] ?? '', /^zoe@essai\.example,Zoé,Besson,,,,Klingon,Language: “Klingon” isn’t a valid value/);
    assert.match(rows[2] ?? '', /^bob@essai\.example,"Robert ""Bob""",Smith,,,,,User name: The quotation marks/);

    await upload(person.body.replace('Klingon', 'fr').replace('elsewhere', 'essai'));
    assert.equal(person.$('#leaveOut').length, 0);
    assert.deepEqual(whoIsShown(), [
      '=Ada Lovelace ada@essai.example: To be added',
      'Zoé Besson zoe@essai.example: To be added',
      'Robert "Bob" Smith bob@essai.example: To be added',
    ]);
  });

  it('are offered for download only if there are any, and only to the user who uploaded the file', async () => {
    await upload('user name;last name\nfine@essai.example;Kim');
    person.doesNotSee('Download rejected rows');
    await upload(file);
    const colleague = await aUser(portal, tenant, { administratorLevel: 'global' });
    const other = await aPerson(portal).signIn(colleague);
    assert.equal((await other.visit(`${person.path}/rejected.csv`)).status, 404);
    assert.equal((await other.visit(`${importPath}/unknown/rejected.csv`)).status, 404);
  });

  it('include rows that were refused while the import was applied', async () => {
    const zoe = await aUser(portal, tenant, { username: 'late@essai.example', displayName: 'Zoé', firstName: 'Zoé' });
    await upload(
      `user name;first name;last name\n${zoe.username};Zoë;\ntaken@essai.example;Kim;Lee\nnew@essai.example;A;B\nx@y.example;X;Y`,
    );
    await aUser(portal, tenant, { username: 'taken@essai.example' });
    await portal.database.knex('users').where({ id: zoe.id }).update({ first_name: 'Zoe' });
    await person.submit('Import 3 valid rows');
    await portal.background.runAll();
    await person.visit(`${person.path}/rejected.csv`);
    const rows = person.body.trim().split('\r\n').slice(1);
    assert.deepEqual(
      rows.map((row) => row.split(',').slice(0, 3).join()),
      ['late@essai.example,Zoë,', 'taken@essai.example,Kim,Lee', 'x@y.example,X,Y'],
    );
  });
});
