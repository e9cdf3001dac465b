import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { literalsInCode, literalsInView } from './literals.ts';
import { readSources } from './usage.ts';

const sources = readSources();
const views = sources.filter(({ path }) => path.endsWith('.ejs'));
const code = sources.filter(({ path }) => /^src\/(site|mail|domain)\/|^public\/scripts\//.test(path));

const forLogs = [
  'Password hashing',
  'The check of new passwords',
  'Account recovery',
  'Requests waited too long for a free processor.',
  'Two-step verification',
  'Two-step verification fails',
  'Two-step verification works again',
  'No key can decrypt a second factor. Add the previous key after the current one.',
].map((text) => [`http/errors.ts ${text}`, 'operators read it in the log'] as const);

const forOperators = [
  ['redis-owner.ts If no other installation uses it, delete its key …', 'an error of a command or of the start'],
] as const;

const fromFiles = [
  ['csv-headings.ts Password Hash Function', 'a heading that another directory exports'],
  ['csv.ts As the organization', 'a former value in exported files'],
  ['csv.ts Wie die Organisation', 'a former value in exported files'],
] as const;

/** Literals that are not user-visible text, each with its reason. The keys omit the number of the line. */
const allowed = new Map<string, string>([...forLogs, ...forOperators, ...fromFiles]);
const unexcused = (found: string[]): string[] =>
  found.filter((each) => ![...allowed.keys()].some((key) => each.replace(/:\d+ /, ' ').endsWith(key)));

describe('user-visible texts', () => {
  test('are not hard-coded in views', () => {
    assert.ok(views.length > 0, 'no view was found');
    assertNone(unexcused(views.flatMap(literalsInView)));
  });

  test('are not hard-coded in code', () => {
    assert.ok(code.length > 0, 'no code was found');
    assertNone(unexcused(code.flatMap(literalsInCode)));
  });
});

describe('the checks for hard-coded texts', () => {
  const inView = (text: string): string[] => literalsInView({ path: 'v', text });
  const inCode = (text: string): string[] => literalsInCode({ path: 'c', text });

  test('report text in a view', () => {
    assert.deepEqual(inView(`<p class="lead"><%= t('x:y') %>: Save</p>`), ['v text: : Save']);
    assert.deepEqual(inView('<html><head><title>Parvis</title></head></html>'), ['v text: Parvis']);
  });

  test('report text in an attribute that is displayed or read aloud', () => {
    assert.deepEqual(inView('<img alt="Logo"><a aria-label="Close" href="/x">×</a>'), [
      'v alt: Logo',
      'v aria-label: Close',
    ]);
    assert.deepEqual(inView('<input type="submit" value="Go"><input name="q" value="x">'), ['v value: Go']);
  });

  test('report text inside a template tag', () => {
    assert.deepEqual(inView(`<p><%= on ? 'Yes' : t('x:no') %></p>`), ['v tag: Yes']);
  });

  test('accept markup, IDs, entities and template code', () => {
    const view = `<% if (a > b) { %><p id="x" class="Big"><%- icon('users') %>&nbsp;·&times; 1</p><% } %><script nonce="n">let Some;</script>`;
    assert.deepEqual(inView(view), []);
  });

  test('report a sentence or a title in code', () => {
    assert.deepEqual(inCode(`x();\nsay('User not found')`), ['c:2 User not found']);
    assert.deepEqual(inCode('say(`Hello ${name}, welcome`)'), ['c:1 Hello …, welcome']);
    assert.deepEqual(inCode('set(`Bearer ${token}`)'), []);
    assert.deepEqual(inCode('say(`Dear user ${name}`)'), ['c:1 Dear user …']);
    assert.deepEqual(inCode(`say('the password is wrong.')`), ['c:1 the password is wrong.']);
  });

  test('accept texts for developers and machines', () => {
    const quiet = `throw new Error('No such key'); log.info({}, 'Server is up'); db('SELECT name FROM users');
      set('Cache-Control', 'no-store'); set('Vary', 'Cookie, Accept-Language'); type A = 'Some type'; t('users:title');`;
    assert.deepEqual(inCode(quiet), []);
  });
});
