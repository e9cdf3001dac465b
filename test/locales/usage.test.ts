import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { catalogueOf, namespacesOf, readCatalogue } from './catalogue.ts';
import { allUses, missingKeys, readSources, unusedKeys, usesIn } from './usage.ts';

const catalogue = readCatalogue();
const sources = readSources();
const uses = allUses(sources, catalogue);

describe('locale keys', () => {
  test('are searched for in views, code and texts', () => {
    assert.ok(
      sources.some(({ path }) => path.endsWith('.ejs')),
      'no view was found',
    );
    assert.ok(uses.length > 0, 'no use of a key was found');
  });

  test('exist if they are used', () => {
    assertNone(missingKeys(uses, catalogue));
  });

  test('are all used', () => {
    assertNone(unusedKeys(uses, catalogue, sources));
  });
});

describe('the checks of locale keys', () => {
  const small = catalogueOf({
    en: { 'users:title': 'T', 'users:level.a': 'A', 'users:n_one': '1', 'users:n_other': '2' },
  });
  const usesOf = (text: string) => usesIn({ path: 'x.ts', text }, namespacesOf(small));
  const unusedIn = (text: string) => unusedKeys(usesOf(text), small, [{ path: 'x.ts', text }]);

  test('report a key that does not exist', () => {
    assert.deepEqual(missingKeys(usesOf("f();\nt('users:titel')"), small), ['x.ts:2 users:titel']);
  });

  test('report an unknown namespace, a missing namespace and a text that is not a key', () => {
    assert.deepEqual(missingKeys(usesOf(`t('user:title'); html( "title" )`), small), [
      'x.ts:1 user:title',
      'x.ts:1 title',
    ]);
    assert.deepEqual(missingKeys(usesOf(`t('Save it')`), small), ['x.ts:1 Save…']);
  });

  test('report a pattern that matches no key', () => {
    assert.deepEqual(missingKeys(usesOf('t(`users:role.${x}`)'), small), ['x.ts:1 users:role.*']);
  });

  test('report an unused key', () => {
    assert.deepEqual(unusedIn("t('users:n', { count }); say('users:title')"), ['users:level.a']);
  });

  test('count keys as used if they match a template literal and the code contains the missing word', () => {
    const rest = "; 'users:title'; 'users:n'";
    assert.deepEqual(unusedIn(`t(\`users:level.\${x}\`); const all = ['a']${rest}`), []);
    assert.deepEqual(unusedIn(`t(\`users:level.\${x}\`)${rest}`), ['users:level.a']);
    assert.deepEqual(unusedIn(`const a = t(\`users:\${f({ b: 1 })}.\${x}\`); level;${rest}`), []);
    assert.deepEqual(unusedIn(`const a = t(\`users:lev\${x}.b\`)${rest}`), ['users:level.a']);
  });

  test('ignore comments', () => {
    assert.deepEqual(usesOf("/** `users:a` */\n// t('users:b')\n<%# t('users:c') %>\nt(`users:level.${'a'}`)"), [
      { at: 'x.ts:4', key: 'users:level.*' },
    ]);
  });

  test('count the keys that other texts include with $t', () => {
    const borrowing = catalogueOf({
      en: { 'users:a': '$t(users:b) and $t(users:gone, { "count": 2 })', 'users:b': 'B' },
    });
    const found = allUses([{ path: 'x.ts', text: "'users:a'" }], borrowing);
    assert.deepEqual(unusedKeys(found, borrowing, []), []);
    assert.deepEqual(missingKeys(found, borrowing), ['en users:a users:gone']);
  });
});
