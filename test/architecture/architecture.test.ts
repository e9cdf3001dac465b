import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import {
  clockRead,
  conflictMarkers,
  console,
  disabledTest,
  importsLeaving,
  linesMatching,
  tooLong,
  tooWide,
} from './conventions.ts';
import { readSources } from './sources.ts';

const source = readSources('src/**/*.ts');
const tools = readSources('tools/**/*.ts');
const views = readSources('views/**/*.ejs');
const tests = readSources('test/**/*.ts');
const under = (...folders: string[]) => source.filter(({ path }) => folders.some((folder) => path.startsWith(folder)));

// These files contain the forbidden patterns themselves.
const patternFiles = ['test/architecture/', 'test/support/services.ts'];

describe('project conventions', () => {
  test('every check covers at least one file', () => {
    for (const files of [tools, views, tests, under('src/domain/'), under('src/core/')]) assert.ok(files.length > 0);
  });

  test('views have at most 60 lines', () => {
    assertNone(tooLong(views, 60));
  });

  test('lines of views have at most 140 characters', () => {
    assertNone(tooWide(views, 140));
  });

  test('source files have at most 200 lines', () => {
    assertNone(tooLong([...source, ...tools], 200));
  });

  test('the composition root has at most 100 lines', () => {
    assertNone(tooLong(under('src/app.ts'), 100));
  });

  test('the domain layer imports no other layer', () => {
    assertNone(importsLeaving('src/domain', under('src/domain/')));
  });

  test('domain and core do not read the clock', () => {
    assertNone(linesMatching(under('src/domain/', 'src/core/'), clockRead));
  });

  test('only commands and tools write to the console', () => {
    const quiet = source.filter(({ path }) => !path.startsWith('src/cli/'));
    assertNone(linesMatching(quiet, console));
  });

  test('no file contains the lines of a merge conflict', () => {
    const texts = readSources(
      '{src,test,tools,scripts,bench,migrations,locales,docs,public,views,rules}/**/*.*',
      '*.*',
    );
    assert.ok(texts.length > 1_000);
    assertNone(conflictMarkers(texts));
  });

  test('no test is disabled', () => {
    const all = tests.filter(({ path }) => !patternFiles.some((each) => path.startsWith(each)));
    assertNone(linesMatching(all, disabledTest));
  });
});

describe('convention checks', () => {
  test('report the lines of a merge conflict', () => {
    const text = `/**\n${'<'.repeat(7)} HEAD\n * one\n${'='.repeat(7)}\n * other\n${'>'.repeat(7)} branch\n */`;
    assert.deepEqual(conflictMarkers([{ path: 'a.ts', text }]), [
      `a.ts:2 ${'<'.repeat(7)} HEAD`,
      `a.ts:6 ${'>'.repeat(7)} branch`,
    ]);
  });

  const found = (pattern: RegExp, text: string) => linesMatching([{ path: 'x.ts', text }], pattern);

  test('report a file that is too long', () => {
    assert.deepEqual(tooLong([{ path: 'x', text: 'a\nb\nc\n' }], 2), ['x has 3 lines; 2 are allowed']);
    assert.deepEqual(tooLong([{ path: 'x', text: 'a\nb\n' }], 2), []);
  });

  test('report a line that is too long', () => {
    assert.deepEqual(tooWide([{ path: 'x', text: 'ab\nabc\n' }], 2), ['x:2 has 3 characters; 2 are allowed']);
  });

  test('report an import of another layer in the domain', () => {
    const text =
      "import { z } from 'zod';\nexport * from '../paths.ts';\nimport type { A } from './a.ts';\nawait import('node:fs');";
    const leaving = importsLeaving('src/domain', [{ path: 'src/domain/x.ts', text }]);
    assert.deepEqual(
      leaving,
      ['zod', '../paths.ts', 'node:fs'].map((name) => `src/domain/x.ts imports ${name}`),
    );
  });

  for (const line of ['const now = Date.now();', 'at(new Date())', 'const text = Date();']) {
    test(`report code that reads the clock: ${line}`, () => {
      assert.equal(found(clockRead, line).length, 1);
    });
  }

  test('accept a date built from a given time', () => {
    assert.deepEqual(found(clockRead, "new Date(time); // never Date.now()\n/* new Date() */ const isDate = '…';"), []);
  });

  test('report console output', () => {
    assert.deepEqual(found(console, 'a();\n  console.log(1);'), ['x.ts:2 console.log(1);']);
  });

  for (const line of ["test.skip('x')", "it.only('x')", 't.todo()', "test('x', { skip: true })", '{ only: true }']) {
    test(`report a disabled test: ${line}`, () => {
      assert.equal(found(disabledTest, line).length, 1);
    });
  }

  test('accept a test that is skipped because a service is missing', () => {
    assert.deepEqual(found(disabledTest, "test('x', { skip: skipWithout('redis', server) })"), []);
  });
});
