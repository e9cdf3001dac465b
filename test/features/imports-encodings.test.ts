import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnreadableFile } from '../../src/core/imports/unreadable-file.ts';
import { bytes, importReader } from '../support/import-reader.ts';

const { read, testCases } = await importReader();
const windows = { encoding: 'windows-1252' } as const;
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

testCases('the encoding of a file is detected and stated', [
  [
    'one byte that is not UTF-8 causes only its row to be refused',
    bytes(`User name,Display name\r\nzoe@essai.example,${utf8('Zoé')}\r\nandre@essai.example,Andr\xE9 Petit\r\n`),
    ['2|added|zoe@|Zoé|', '3|refused|andre@|Andr� Petit|importRow.brokenCharacters'],
  ],
  [
    'one byte that is not UTF-8 causes only its row to be refused after a byte order mark',
    bytes(`\xEF\xBB\xBFUser name,Display name\r\nzoe@essai.example,Zoe\r\nandre@essai.example,Andr\xE9 Petit\r\n`),
    ['2|added|zoe@|Zoe|', '3|refused|andre@|Andr� Petit|importRow.brokenCharacters'],
  ],
  [
    'a byte order mark takes precedence, even if most rows are not UTF-8',
    bytes(
      `\xEF\xBB\xBFUser name,Display name\n${['a', 'b', 'c', 'd', 'e'].map((who) => `${who}@essai.example,Andr\xE9`).join('\n')}\nz@essai.example,Zoe`,
    ),
    [
      ...['2|refused|a', '3|refused|b', '4|refused|c', '5|refused|d', '6|refused|e'].map(
        (row) => `${row}@|Andr�|importRow.brokenCharacters`,
      ),
      '7|added|z@|Zoe|',
    ],
  ],
  [
    'a file that one row proves to be UTF-8, although three others are broken',
    bytes(
      `User name,Display name\n${['a', 'b', 'c'].map((who) => `${who}@essai.example,\xE9`).join('\n')}\nd@essai.example,${utf8('é')}`,
    ),
    [
      ...['2|refused|a', '3|refused|b', '4|refused|c'].map((row) => `${row}@|�|importRow.brokenCharacters`),
      '5|added|d@|é|',
    ],
  ],
  [
    'Windows-1252 is stated',
    bytes(
      'User name;Last name\r\na@essai.example;O\x92Neill \xE9 \x8Cuvre M\xAA O\xB4Brien \xAB\xA0\xC9cole\xA0\xBB\r\n',
    ),
    ['2|added|a@|O’Neill é Œuvre Mª O´Brien « École »|'],
    windows,
  ],
  [
    'German in Windows-1252 with a quotation mark that looks like UTF-8',
    bytes(
      `User name;Last name\r\n${['a', 'b', 'c', 'd', 'e'].map((who) => `${who}@essai.example;M\xFCller \x84Wei\xDF\x93`).join('\r\n')}`,
    ),
    ['a', 'b', 'c', 'd', 'e'].map((who, index) => `${index + 2}|added|${who}@|Müller „Weiß“|`),
    windows,
  ],
  [
    'letters that were turned into question marks or pairs of letters are reported',
    'User name;Display name\nlukasz@essai.example;?ukasz Wi?niewski\nsiobhan@essai.example;SiobhÃ¡n Byrne\nq@essai.example;Andr?\nf@essai.example;Andr\uFFFD',
    [
      '2|changed|lukasz@|Łukasz Wiśniewski|displayName=?ukasz Wi?niewski',
      '3|changed|siobhan@|Siobhán Byrne|displayName=SiobhÃ¡n Byrne',
      '4|added|q@|Andr?|',
      '5|added|f@|Andr\uFFFD|',
    ],
    { damagedRows: 4 },
  ],
]);

describe('a file in an unknown encoding is refused', () => {
  const cases: [name: string, file: Buffer][] = [
    [
      'DOS, with a byte that is undefined in Windows-1252',
      bytes('User name;Last name\r\neva@essai.example;M\x81ller\r\n'),
    ],
    [
      'DOS, with symbols next to letters',
      bytes('User name;First name\r\nr@essai.example;Ren\x82\r\nf@essai.example;Fran\x87ois'),
    ],
    ['DOS, with a symbol after a letter', bytes('User name;First name\r\nr@essai.example;Ren\x82\r\n')],
    [
      'DOS, with quotation marks inside words',
      bytes('User name;First name;Last name\r\nj@essai.example;J\x94rg;K\x94nig\r\n'),
    ],
    ['Macintosh', bytes('User name;First name;Last name\rc@essai.example;Ren\x8E;Lef\x8Fvre\r')],
    [
      'Macintosh, with an uppercase letter after a lowercase one',
      bytes('User name;First name\rc@essai.example;Ren\x8E\r'),
    ],
    ['Windows-1250', bytes('User name;First name;Last name\r\nc@essai.example;\xA3ukasz;Wi\x9Cniewski\r\n')],
    ['Windows-1251', bytes('User name;First name\r\nc@essai.example;\xC8\xE2\xE0\xED\r\n')],
    ['Shift JIS', bytes('User name;First name\r\nc@essai.example;\x8E\x52\x93\x63\x91\xBE\x98\x59\r\n')],
  ];
  for (const [name, file] of cases) {
    it(name, async () =>
      assert.rejects(read(file), (error) => {
        assert.ok(error instanceof UnreadableFile);
        assert.deepEqual(error.fault, { code: 'import.unknownEncoding' });
        return true;
      }),
    );
  }
});
