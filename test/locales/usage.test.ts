import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { catalogueOf, namespacesOf, readCatalogue } from './catalogue.ts';
import { allUses, missingKeys, readSources, unusedKeys, usesIn } from './usage.ts';

const catalogue = readCatalogue();
const sources = readSources();
const uses = allUses(sources, catalogue);

describe('code and locale files agree', () => {
  test('there are views, code and texts to compare', () => {
    assert.ok(
      sources.some(({ path }) => path.endsWith('.ejs')),
      'no view was found',
    );
    assert.ok(uses.length > 0, 'no use of a key was found');
  });

  test('no key is missing', () => {
    assertNone(missingKeys(uses, catalogue));
  });

  test('no key is unused', () => {
    assertNone(unusedKeys(uses, catalogue, sources));
  });
});

describe('these checks can fail', () => {
  const small = catalogueOf({
    en: { 'users:title': 'T', 'users:level.a': 'A', 'users:n_one': '1', 'users:n_other': '2' },
  });
  const usesOf = (text: string) => usesIn({ path: 'x.ts', text }, namespacesOf(small));
  const unusedIn = (text: string) => unusedKeys(usesOf(text), small, [{ path: 'x.ts', text }]);

  test('a key that does not exist', () => {
    assert.deepEqual(missingKeys(usesOf("f();\nt('users:titel')"), small), ['x.ts:2 users:titel']);
  });

  test('a namespace that does not exist, a key without one, and what is no key at all', () => {
    assert.deepEqual(missingKeys(usesOf(`t('user:title'); html( "title" )`), small), [
      'x.ts:1 user:title',
      'x.ts:1 title',
    ]);
    assert.deepEqual(missingKeys(usesOf(`t('Save it')`), small), ['x.ts:1 Save…']);
  });

  test('a pattern that fits no key', () => {
    assert.deepEqual(missingKeys(usesOf('t(`users:role.${x}`)'), small), ['x.ts:1 users:role.*']);
  });

  test('a key that nothing names', () => {
    assert.deepEqual(unusedIn("t('users:n', { count }); say('users:title')"), ['users:level.a']);
  });

  test('a template literal uses the keys that begin like it and go on with a word of the code', () => {
    const rest = "; 'users:title'; 'users:n'";
    assert.deepEqual(unusedIn(`t(\`users:level.\${x}\`); const all = ['a']${rest}`), []);
    assert.deepEqual(unusedIn(`t(\`users:level.\${x}\`)${rest}`), ['users:level.a']);
    assert.deepEqual(unusedIn(`const a = t(\`users:\${f({ b: 1 })}.\${x}\`); level;${rest}`), []);
    assert.deepEqual(unusedIn(`const a = t(\`users:lev\${x}.b\`)${rest}`), ['users:level.a']);
  });

  test('a comment uses nothing', () => {
    assert.deepEqual(usesOf("/** `users:a` */\n// t('users:b')\n<%# t('users:c') %>\nt(`users:level.${'a'}`)"), [
      { at: 'x.ts:4', key: 'users:level.*' },
    ]);
  });

  test('a text uses the keys that it borrows', () => {
    const borrowing = catalogueOf({
      en: { 'users:a': '$t(users:b) and $t(users:gone, { "count": 2 })', 'users:b': 'B' },
    });
    const found = allUses([{ path: 'x.ts', text: "'users:a'" }], borrowing);
    assert.deepEqual(unusedKeys(found, borrowing, []), []);
    assert.deepEqual(missingKeys(found, borrowing), ['en users:a users:gone']);
  });
});
