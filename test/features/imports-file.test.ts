import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { openFile } from '../../src/core/imports/read-file.ts';
import { UnreadableFile } from '../../src/core/imports/unreadable-file.ts';

const known = new Set(['user name', 'Prénom', 'Nom', 'Straße']);
const isHeading = (text: string): boolean => known.has(text);

async function read(bytes: Buffer): Promise<(readonly [number, readonly string[]])[]> {
  const rows = await Array.fromAsync((await openFile(bytes, isHeading)).rows);
  return rows.map(({ line, cells }) => [line, cells] as const);
}
const cellsOf = async (bytes: Buffer) => (await read(bytes)).map(([, cells]) => cells);
const fault = (code: string, parameters?: object) => (error: unknown) => {
  assert.ok(error instanceof UnreadableFile);
  assert.deepEqual(error.fault, parameters ? { code, parameters } : { code });
  return true;
};

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const text = 'user name;Prénom;Straße\r\na@b.example;Zoé;Müller\r\n';
const expected = [
  ['user name', 'Prénom', 'Straße'],
  ['a@b.example', 'Zoé', 'Müller'],
];

// The first 64 bytes contain few zeros, so only the byte order mark shows the encoding.
const titled = `${'Κατάλογος χρηστών'.repeat(3)}\r\n${text}`;

describe('the encoding of an import file', () => {
  const table: [what: string, bytes: Buffer, rows?: string[][]][] = [
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16 little endian with a byte order mark', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16 big endian with a byte order mark', utf16be(`\uFEFF${text}`)],
    ['UTF-16 little endian with a byte order mark and a title in Greek', Buffer.from(`\uFEFF${titled}`, 'utf16le')],
    ['UTF-16 big endian with a byte order mark and a title in Greek', utf16be(`\uFEFF${titled}`)],
    ['UTF-16 little endian without a byte order mark', Buffer.from(text, 'utf16le')],
    ['UTF-16 big endian without a byte order mark', utf16be(text)],
    ['Windows-1252, as written by Excel', Buffer.from(text, 'latin1')],
    [
      'Windows-1252 characters that are missing from Latin-1',
      Buffer.from('user name;Nom\r\na@b.example;\x8Cuvre \x80 \x92'.replace(/^/, ''), 'latin1'),
      [
        ['user name', 'Nom'],
        ['a@b.example', 'Œuvre € ’'],
      ],
    ],
    [
      'UTF-8 with its first non-ASCII character late and split across two chunks',
      Buffer.from(`user name\r\n${'a'.repeat(16_372)}é`),
      [['user name'], [`${'a'.repeat(16_372)}é`]],
    ],
    [
      'names in several scripts',
      Buffer.from('user name;Nom\n1;李小龍\n2;أحمد\n3;👩‍🚀'),
      [
        ['user name', 'Nom'],
        ['1', '李小龍'],
        ['2', 'أحمد'],
        ['3', '👩‍🚀'],
      ],
    ],
  ];
  for (const [what, bytes, rows = expected] of table) {
    it(`is detected: ${what}`, async () => assert.deepEqual(await cellsOf(bytes), rows));
  }
});

describe('reading an import file', () => {
  const table: [what: string, file: string][] = [
    ['semicolons', text],
    ['commas', text.replaceAll(';', ',')],
    ['tabs', text.replaceAll(';', '\t')],
    ['line feeds', text.replaceAll('\r\n', '\n')],
    ['carriage returns', text.replaceAll('\r\n', '\r')],
    ['a last row without a line ending', text.trimEnd()],
    ['quotes around every cell', text.replace(/[^;\r\n]+/g, '"$&"')],
    ['quotes around the headings only', text.replace('user name;Prénom', '"user name";"Prénom"')],
  ];
  for (const [what, file] of table) {
    it(`accepts ${what}`, async () => assert.deepEqual(await cellsOf(Buffer.from(file)), expected));
  }

  it('allows delimiters, quotes and line breaks inside a quoted cell', async () => {
    const file = 'user name;Nom\r\n1;"a;b,c\t""d""\r\ne"\r\n2;x';
    assert.deepEqual(await read(Buffer.from(file)), [
      [1, ['user name', 'Nom']],
      [2, ['1', 'a;b,c\t"d"\r\ne']],
      [3, ['2', 'x']],
    ]);
  });

  it('counts empty rows but not line breaks inside a cell, like a spreadsheet', async () => {
    const file = '\r\nuser name;Nom\r\n\r\n1;"a\r\nb"\r\n;\r\n2;c';
    assert.deepEqual(
      (await read(Buffer.from(file))).map(([line]) => line),
      [2, 4, 5, 6],
    );
  });

  it('allows rows that are shorter or longer than the heading row', async () => {
    assert.deepEqual((await cellsOf(Buffer.from('user name;Nom\n1\n2;a;b'))).slice(1), [['1'], ['2', 'a', 'b']]);
  });

  it('chooses the delimiter that yields the most known headings, not the most frequent delimiter', async () => {
    const file = 'user name;Nom;a,b,c,d,e\n1;x;y';
    assert.deepEqual((await cellsOf(Buffer.from(file)))[1], ['1', 'x', 'y']);
  });
});

describe('a file that is not valid CSV', () => {
  const table: [what: string, bytes: Buffer, code: string, parameters?: object][] = [
    ['a workbook', Buffer.concat([Buffer.from('PK\x03\x04\x14\0', 'latin1'), Buffer.alloc(600)]), 'import.workbook'],
    ['an old workbook', Buffer.from('\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1', 'latin1'), 'import.workbook'],
    ['a PDF', Buffer.from('%PDF-1.7\nuser name;Nom'), 'import.notText'],
    ['a picture', Buffer.from('\x89PNG\r\n\x1A\n', 'latin1'), 'import.notText'],
    ['a compressed file', gzipSync(text), 'import.notText'],
    ['null bytes', Buffer.alloc(100), 'import.notText'],
    ['a null byte within a cell', Buffer.from('user name;Nom\n1;a\0b'), 'import.notText'],
    ['a truncated UTF-16 character', Buffer.from(`\uFEFF${text}`, 'utf16le').subarray(0, -1), 'import.notText'],
    ['an unterminated quote', Buffer.from('user name;Nom\n1;"a\n'), 'import.malformed', { line: 2 }],
    ['a quote within an unquoted cell', Buffer.from('user name;Nom\n2;b"c\n'), 'import.malformed', { line: 2 }],
    ['a quote within a heading', Buffer.from('user name;No"m\n1;a\n'), 'import.malformed', { line: 1 }],
    ['text after a closing quote', Buffer.from('user name;Nom\n\n1;"a"b\n'), 'import.malformed', { line: 3 }],
    ['a row that is too long', Buffer.from(`user name;Nom\n1;${'x'.repeat(17_000)}`), 'import.rowTooLong', { line: 2 }],
    [
      'a row with a million cells',
      Buffer.from(`user name${';'.repeat(1_000_000)}\n1`),
      'import.rowTooLong',
      { line: 1 },
    ],
  ];
  for (const [what, bytes, code, parameters] of table) {
    it(`is rejected with a code: ${what}`, async () => assert.rejects(read(bytes), fault(code, parameters)));
  }

  const alone: [what: string, text: string, bad: readonly [number, readonly string[]], good: readonly string[]][] = [
    ['an unterminated quote', 'user name;Nom\n1;"a\n2;b\n', [2, ['1', 'a']], ['2', 'b']],
    ['a quote within an unquoted cell', 'user name;Nom\n1;a\n2;b"c\n', [3, ['2', 'b"c']], ['1', 'a']],
    ['text after a closing quote', 'user name;Nom\n1;"a"b\n2;b', [2, ['1', 'a"b']], ['2', 'b']],
  ];
  for (const [what, file, [line, cells], good] of alone) {
    it(`is read except for a malformed row: ${what}`, async () => {
      const { rows } = await openFile(Buffer.from(file), isHeading);
      const [, ...read] = await Array.fromAsync(rows);
      const [bad] = read.filter(({ fault }) => fault !== undefined);
      assert.deepEqual(bad, { line, cells, fault: 'importRow.malformed' });
      assert.deepEqual(
        read.filter(({ fault }) => fault === undefined).map((row) => row.cells),
        [good],
      );
    });
  }

  it('has no rows when it is empty', async () => {
    assert.deepEqual(await read(Buffer.alloc(0)), []);
    assert.deepEqual(await read(Buffer.from('\r\n\n\r')), []);
  });

  it('that consists of arbitrary bytes is rejected, or read with at most one cell more than its number of bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (bytes) => {
        const rows = await cellsOf(Buffer.from(bytes)).catch((error: unknown) => {
          assert.ok(error instanceof UnreadableFile);
          return [];
        });
        assert.ok(rows.flat().length <= bytes.length + 1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('reading a large import file', () => {
  const size = 2 * 1024 * 1024;
  for (const [what, filling] of [
    ['blank lines', '\n'],
    ['delimiters', `${';'.repeat(10_000)}\n`],
  ] as const) {
    it(`does not block the event loop on a file of ${what}`, async () => {
      let [turns, over] = [0, false];
      const tick = (): void => {
        turns++;
        if (!over) setImmediate(tick);
      };
      setImmediate(tick);
      try {
        for await (const row of (await openFile(Buffer.alloc(size, filling), isHeading)).rows) assert.ok(row.line > 0);
      } finally {
        over = true;
      }
      assert.ok(turns >= size / (64 * 1024), `${turns} turns`);
    });
  }
});
