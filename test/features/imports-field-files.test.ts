import { importReader } from '../support/import-reader.ts';

const { testCases } = await importReader();
const ana = 'ana@essai.example;Ana Belo';
const added = '|added|ana@|Ana Belo|';

testCases('content before the headings is skipped and reported', [
  [
    'a line that names the delimiter for Excel',
    `\uFEFFsep=;\r\nUser name;Display name\r\n${ana}\r\n`,
    [`2${added}`],
    { skipped: ['sep=;'] },
  ],
  [
    'a line that names another delimiter',
    'sep=|\nUser name|Display name\nana@essai.example|Ana Belo',
    [`2${added}`],
    { skipped: ['sep=|'] },
  ],
  [
    'a type line written by PowerShell',
    '#TYPE Selected.ADUser\r\n"User name","Display name"\r\n"ana@essai.example","Ana Belo"\r\n',
    [`3${added}`],
    { skipped: ['#TYPE Selected.ADUser'] },
  ],
  [
    'the version line of an Entra template',
    'version:v1.0,,\r\nName [displayName] Required,User name [userPrincipalName] Required,First name [givenName]\r\nAna Belo,ana@essai.example,Ana\r\n',
    [`3${added}`],
    { skipped: ['version:v1.0'], usernameHeading: 'User name [userPrincipalName] Required' },
  ],
  [
    'a title and a blank row',
    `Liste des utilisateurs au 30/11/2026;;\r\n;;\r\nUser name;Display name\r\n${ana}\r\n`,
    [`4${added}`],
    { skipped: ['Liste des utilisateurs au 30/11/2026'] },
  ],
  [
    'the user name column with the most addresses of the organization is used',
    'userPrincipalName,displayName,mail\nana@local.example,Ana Belo,ana@essai.example\nzoe@essai.example,Zoé,zoe.b@essai.example',
    ['2|added|ana@|Ana Belo|', '3|added|zoe.b@|Zoé|'],
    { usernameHeading: 'mail', otherColumns: [{ index: 0, heading: 'userPrincipalName', isUsual: true }] },
  ],
  [
    'the account name is used if several columns have equally many such addresses',
    'mail,displayName,userPrincipalName\nana.b@essai.example,Ana Belo,ana@essai.example',
    [`2${added}`],
    { usernameHeading: 'userPrincipalName', otherColumns: [{ index: 0, heading: 'mail', isUsual: true }] },
  ],
  ['two byte order marks', `\uFEFF\uFEFF"User name";Display name\n${ana}`, [`2${added}`]],
]);

testCases('output of spreadsheets and scripts is read', [
  ['headings over two lines', '"User\nname","Display name"\nana@essai.example,Ana Belo', [`2${added}`]],
  [
    'several headings over two lines',
    '"User\r\nname","First\r\nname","Last name"\r\nana@essai.example,Ana,Belo',
    [`2${added}`],
  ],
  [
    'a blank before a quotation mark',
    'User name, Display name\nana@essai.example, "Belo, Ana"',
    ['2|added|ana@|Belo, Ana|'],
  ],
  ['a blank after a quotation mark', 'User name;Display name\n"ana@essai.example" ;"Ana Belo"\t', [`2${added}`]],
  ['cells as formulas', 'User name,Last name\n="ana@essai.example",="Belo"', ['2|added|ana@|Belo|']],
  ['the control character for the end of a file', `User name;Display name\r\n${ana}\r\n\x1A`, [`2${added}`]],
  ['the same character after blank rows', `User name;Display name\r\n${ana}\r\n;;\r\n;;\r\n\r\n\x1A`, [`2${added}`]],
  [
    'language tags',
    `User name,Last name,Language\n${[
      'fr-FR',
      'de_DE',
      'en-US',
      'FR',
      'French',
      'de_AT.UTF-8@euro',
      'Deutsch (Deutschland)',
      'As the organization',
      'Wie die Organisation',
      'pt-BR',
    ]
      .map((language, index) => `u${index}@essai.example,U,${language}`)
      .join('\n')}`,
    [
      ...['fr', 'de', 'en', 'fr', 'fr', 'de', 'de', '', ''].map(
        (language, index) => `${index + 2}|added|u${index}@|U|${language}`,
      ),
      '11|refused|u9@|U|importRow.unknownValue',
    ],
  ],
]);

testCases('only the malformed row is refused', [
  [
    'a row with quotation marks in a cell',
    `User name;Display name\r\n${ana}\r\nbob@essai.example;Robert "Bob" Smith\r\nzoe@essai.example;Zoé\r\n`,
    [`2${added}`, '3|refused|bob@|Robert "Bob" Smith|importRow.malformed', '4|added|zoe@|Zoé|'],
  ],
  [
    'a row with a quotation mark that is never closed',
    `User name;Display name\n${ana}\nbob@essai.example;"Bob\nzoe@essai.example;Zoé\nkim@essai.example;"Kim"\n`,
    [`2${added}`, '3|refused|bob@|Bob|importRow.malformed', '4|added|zoe@|Zoé|', '5|added|kim@|Kim|'],
  ],
  [
    'a row with a quotation mark that is never closed, before many rows',
    `User name;Display name\n${ana}\nbob@essai.example;"Bob\n${'zoe@nowhere.example;Zoé\n'.repeat(900)}`,
    [
      `2${added}`,
      '3|refused|bob@|Bob|importRow.malformed',
      ...Array.from({ length: 900 }, (_, index) => `${index + 4}|refused|zoe@nowhere.example|Zoé|username.otherDomain`),
    ],
  ],
  [
    'a row with a quotation mark that is closed only after many rows',
    `User name;Display name\n${ana}\nbob@essai.example;"Bob\n${'zoe@nowhere.example;Zoé\n'.repeat(900)}kim@essai.example;Kim"\n`,
    [
      `2${added}`,
      '3|refused|bob@|Bob|importRow.malformed',
      ...Array.from({ length: 900 }, (_, index) => `${index + 4}|refused|zoe@nowhere.example|Zoé|username.otherDomain`),
      '904|refused|kim@|Kim"|importRow.malformed',
    ],
  ],
  [
    'a row that is too long but ends within the same chunk',
    `User name;Display name\n${ana}\nbob@essai.example;${'x'.repeat(20_000)}\nzoe@essai.example;Zoé`,
    [`2${added}`, `3|refused|bob@|${'x'.repeat(254)}|importRow.tooLong`, '4|added|zoe@|Zoé|'],
  ],
  [
    'a row that is too long',
    `User name;Display name\n${ana}\nbob@essai.example;${'x'.repeat(40_000)}\nzoe@essai.example;Zoé`,
    [`2${added}`, `3|refused|bob@|${'x'.repeat(254)}|importRow.tooLong`, '4|added|zoe@|Zoé|'],
  ],
]);

testCases('names', [
  [
    'are joined if there is no display name',
    'User name;First name;Last name\na@essai.example;Anna;Berg\nb@essai.example;Anna;\nx@elsewhere.example;Xa;Vi',
    ['2|added|a@|Anna Berg|', '3|added|b@|Anna|', '4|refused|x@elsewhere.example|Xa Vi|username.otherDomain'],
  ],
  [
    'must be visible, and user names lose invisible characters',
    'User name,Display name\na@essai.example,\u3164\nb@essai.example\u200B,Bea\n\u2063c@essai.example\u2069,Cem',
    ['2|refused|a@||displayName.missing', '3|added|b@|Bea|', '4|added|c@|Cem|'],
  ],
  [
    'must not consist only of characters that are neither letters nor digits',
    `User name,Display name\n${['\u200D', '\u2800', '\u00AD', '\u115F\u1160', '\uFE0F', '\u200B', '.', '\u034F']
      .map((name, index) => `u${index}@essai.example,${name}`)
      .join('\n')}`,
    Array.from(
      { length: 8 },
      (_, index) => `${index + 2}|refused|u${index}@|${index === 6 ? '.' : ''}|displayName.missing`,
    ),
  ],
  [
    'must not be error values of spreadsheets and databases',
    `User name,Display name\n${[
      '#N/A',
      '#REF!',
      '#NV',
      '#BEZUG!',
      '#NOM?',
      '#DIV/0!',
      'NULL',
      '(null)',
      'Null',
      '#Ada',
      '"#1, Ada"',
    ]
      .map((name, index) => `u${index}@essai.example,${name}`)
      .join('\n')}`,
    [
      ...['#N/A', '#REF!', '#NV', '#BEZUG!', '#NOM?', '#DIV/0!', 'NULL', '(null)'].map(
        (name, index) => `${index + 2}|refused|u${index}@|${name}|importRow.noName`,
      ),
      ...['Null', '#Ada', '#1, Ada'].map((name, index) => `${index + 10}|added|u${index + 8}@|${name}|`),
    ],
  ],
  [
    'are limited to 120 code points, even outside the Basic Multilingual Plane',
    `User name,Display name\na@essai.example,${'👨‍👩‍👧‍👦'.repeat(15)}\nb@essai.example,${'𝒜'.repeat(121)}`,
    [`2|added|a@|${'👨‍👩‍👧‍👦'.repeat(15)}|`, `3|refused|b@|${'𝒜'.repeat(121)}|field.tooLong`],
  ],
]);

testCases('a person with two rows', [
  [
    'is imported from the second row if the first is refused',
    'User name;Display name;Language\nana@essai.example;Ana;Klingon\nana@essai.example;Ana Belo;fr\nana@essai.example;Ana B.;fr',
    [
      '2|refused|ana@|Ana|importRow.unknownValue',
      '3|added|ana@|Ana Belo|fr',
      '4|refused|ana@|Ana B.|importRow.duplicate',
    ],
  ],
]);
