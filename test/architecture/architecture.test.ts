import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { console, importsLeaving, linesLike, ownClock, switchedOff, tooLong, tooWide } from './habits.ts';
import { read } from './sources.ts';

const source = read('src/**/*.ts');
const tools = read('tools/**/*.ts');
const views = read('views/**/*.ejs');
const tests = read('test/**/*.ts');
const under = (...folders: string[]) => source.filter(({ path }) => folders.some((folder) => path.startsWith(folder)));

// Here the habits themselves are written down.
const aboutHabits = ['test/architecture/', 'test/support/services.ts'];

describe('the house keeps its shape', () => {
  test('there is something to look at', () => {
    for (const files of [tools, views, tests, under('src/domain/'), under('src/core/')]) assert.ok(files.length > 0);
  });

  test('views have 60 lines at the most', () => {
    assertNone(tooLong(views, 60));
  });

  test('a line of a view has 140 characters at the most', () => {
    assertNone(tooWide(views, 140));
  });

  test('source files have 200 lines at the most', () => {
    assertNone(tooLong([...source, ...tools], 200));
  });

  test('the composition root has 100 lines at the most', () => {
    assertNone(tooLong(under('src/app.ts'), 100));
  });

  test('the domain imports nothing from outside itself', () => {
    assertNone(importsLeaving('src/domain', under('src/domain/')));
  });

  test('domain and core are given the time', () => {
    assertNone(linesLike(under('src/domain/', 'src/core/'), ownClock));
  });

  test('only commands and tools write to the console', () => {
    const quiet = source.filter(({ path }) => !path.startsWith('src/cli/'));
    assertNone(linesLike(quiet, console));
  });

  test('no test is switched off', () => {
    const all = tests.filter(({ path }) => !aboutHabits.some((each) => path.startsWith(each)));
    assertNone(linesLike(all, switchedOff));
  });
});

describe('these checks can fail', () => {
  const found = (habit: RegExp, text: string) => linesLike([{ path: 'x.ts', text }], habit);

  test('a file that is too long', () => {
    assert.deepEqual(tooLong([{ path: 'x', text: 'a\nb\nc\n' }], 2), ['x has 3 lines; 2 are allowed']);
    assert.deepEqual(tooLong([{ path: 'x', text: 'a\nb\n' }], 2), []);
  });

  test('a line that is too long', () => {
    assert.deepEqual(tooWide([{ path: 'x', text: 'ab\nabc\n' }], 2), ['x:2 has 3 characters; 2 are allowed']);
  });

  test('a domain that looks out', () => {
    const text =
      "import { z } from 'zod';\nexport * from '../paths.ts';\nimport type { A } from './a.ts';\nawait import('node:fs');";
    const leaving = importsLeaving('src/domain', [{ path: 'src/domain/x.ts', text }]);
    assert.deepEqual(
      leaving,
      ['zod', '../paths.ts', 'node:fs'].map((name) => `src/domain/x.ts imports ${name}`),
    );
  });

  for (const line of ['const now = Date.now();', 'at(new Date())', 'const text = Date();']) {
    test(`a clock of one's own: ${line}`, () => {
      assert.equal(found(ownClock, line).length, 1);
    });
  }

  test('a date that was given is no clock', () => {
    assert.deepEqual(found(ownClock, "new Date(time); // never Date.now()\n/* new Date() */ const isDate = '…';"), []);
  });

  test('a word to the console', () => {
    assert.deepEqual(found(console, 'a();\n  console.log(1);'), ['x.ts:2 console.log(1);']);
  });

  for (const line of ["test.skip('x')", "it.only('x')", 't.todo()', "test('x', { skip: true })", '{ only: true }']) {
    test(`a test that is switched off: ${line}`, () => {
      assert.equal(found(switchedOff, line).length, 1);
    });
  }

  test('a missing service is a reason', () => {
    assert.deepEqual(found(switchedOff, "test('x', { skip: skipWithout('redis', server) })"), []);
  });
});
