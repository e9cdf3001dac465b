import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shownRows } from '../support/imports.ts';
import { openImportChecks } from '../support/import-checks.ts';

const { portal, person, upload } = await openImportChecks();

const listedColumns = (): string[] =>
  person
    .$('#leaveOut label')
    .toArray()
    .map((label) => person.$(label).text().trim());
const tickedColumns = (): string[] =>
  person
    .$('#leaveOut input[checked]')
    .toArray()
    .map((box) => person.$(box).attr('value') ?? '');
const whoIsShown = (): string[] => shownRows(person).map(({ who, result }) => `${who}: ${result}`);
const isStored = async (username: string): Promise<boolean> =>
  (await portal.database.knex('users').where({ username })).length === 1;

const exports: readonly [directory: string, file: string, username: string, others: readonly string[]][] = [
  [
    'Entra',
    'userPrincipalName,displayName,surname,mail,givenName,id,jobTitle\nentra@essai.example,Ana Belo,Belo,ana@elsewhere.example,Ana,4711,Boss',
    'entra',
    ['mail', 'id', 'jobTitle'],
  ],
  [
    'an Entra template',
    'version:v1.0\nName [displayName] Required,User name [userPrincipalName] Required,Initial password [passwordProfile] Required,Block sign in (Yes/No) [accountEnabled] Required\nAna Belo,template@essai.example,hunter2,No',
    'template',
    ['Block sign in (Yes/No) [accountEnabled] …'],
  ],
  [
    'Google Workspace',
    'First Name [Required],Last Name [Required],Email Address [Required],Password [Required],Org Unit Path [Required],Status [READ ONLY]\nAna,Belo,google@essai.example,hunter2,/,Active',
    'google',
    ['Org Unit Path [Required]'],
  ],
  [
    'Microsoft 365',
    'Display name,First name,Last name,User principal name,Preferred language,Licenses,Block credential\nAna Belo,Ana,Belo,m365@essai.example,en-US,E5,False',
    'm365',
    ['Licenses', 'Block credential'],
  ],
  [
    'Okta',
    'user.id,user.login,user.firstName,user.lastName,user.email,user.status\n4711,okta@essai.example,Ana,Belo,ana@elsewhere.example,ACTIVE',
    'okta',
    ['user.id', 'user.email'],
  ],
  [
    'Moodle',
    'username,password,firstname,lastname,email,lang,course1\nabelo,hunter2,Ana,Belo,moodle@essai.example,en,math',
    'moodle',
    ['username', 'course1'],
  ],
  [
    'Keycloak',
    'id,username,email,firstName,lastName,enabled,emailVerified\n4711,abelo,keycloak@essai.example,Ana,Belo,true,true',
    'keycloak',
    ['id', 'username', 'enabled', 'emailVerified'],
  ],
];

describe('an export from another directory', () => {
  for (const [directory, file, username, others] of exports) {
    it(`is imported without the columns that have no counterpart: ${directory}`, async () => {
      await upload(file);
      assert.equal(person.status, 200, person.text);
      assert.deepEqual(whoIsShown(), [`Ana Belo ${username}@essai.example: To be added`]);
      assert.deepEqual(listedColumns(), others);
      await person.submit('Import 1 row');
      await portal.background.runAll();
      assert.ok(await isStored(`${username}@essai.example`));
      await person.visit(person.path);
      person.sees('Import complete').sees(`Columns left out: ${others[0]}`);
    });
  }
});

describe('unknown columns of an import', () => {
  const cases: [what: string, headings: string, listed: string[]][] = [
    ['two', 'user name;shoe size;name', ['shoe size', 'name']],
    ['the names of inherited properties', 'user name;__proto__;constructor', ['__proto__', 'constructor']],
    ['markup', 'user name;<script>alert(1)</script>', ['<script>alert(1)</script>']],
    ['overlong ones', `user name;${'x'.repeat(500)}`, [`${'x'.repeat(40)}…`]],
  ];
  for (const [what, headings, listed] of cases) {
    it(`must be left out before anything is imported: ${what}`, async () => {
      await upload(
        `${headings};display name\nnobody@essai.example;a;Kim\n`.replace(/a(?=;Kim)/, listed.map(() => 'a').join(';')),
      );
      assert.equal(person.status, 200, person.text);
      assert.deepEqual([listedColumns(), tickedColumns()], [listed, []]);
      const address = person.path;
      await person.submit('Import 1 row');
      assert.equal(person.status, 422);
      person.sees('Select all columns in the list');
      assert.equal(person.$('.error-summary a').attr('href'), '#leaveOut');
      assert.equal(
        (
          await portal.database
            .knex('imports')
            .where({ id: address.split('/').at(-1) })
            .first<{ state: string }>()
        ).state,
        'staged',
      );
      assert.equal(({} as Record<string, unknown>).shoe, undefined);
    });
  }

  it('stay selected after an incomplete confirmation, and the import starts once every column is selected', async () => {
    await upload('user name;shoe size;hat size;display name\ncolumns@essai.example;43;7;Kim');
    const address = person.path;
    const incomplete = await person.send('POST', address, { mode: 'all', leaveOut: '1' });
    assert.equal(incomplete.status, 422);
    assert.match(incomplete.text, /value="1"\s+checked/);
    assert.doesNotMatch(incomplete.text, /value="2"\s+checked/);
    const boxes = ['1', '2'] as unknown as string;
    assert.equal((await person.send('POST', address, { mode: 'all', leaveOut: boxes })).status, 303);
    await portal.background.runAll();
    assert.ok(await isStored('columns@essai.example'));
  });
});

describe('the page of a checked import', () => {
  it('states a guessed encoding', async () => {
    await upload(Buffer.from('user name;last name\nencoding@essai.example;Andr\xE9', 'latin1'));
    person.sees('The file was read as Windows-1252').sees('André');
    await upload('user name;last name\nencoding@essai.example;André');
    person.doesNotSee('was read as');
  });

  it('reports names with lost letters', async () => {
    await upload('user name;last name\nlost@essai.example;?ukasz\nwhole@essai.example;Łukasz');
    person.sees('1 row has a name with “?”');
    assert.deepEqual(
      shownRows(person).map(({ details }) => details),
      ['Letters may be missing from this name.', '—'],
    );
  });

  it('reports the lines skipped above the headings', async () => {
    await upload('sep=;\nuser name;last name\nskipped@essai.example;Kim');
    person.sees('Ignored above the heading row: sep=;');
  });
});
