import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { catalogueOf, readCatalogue, type Language } from './catalogue.ts';
import { badLabels, bannedWordings, buttonKeys, labelKeys, longButtons, rawNumbers } from './style.ts';
import { readSources } from './usage.ts';

const catalogue = readCatalogue();
const views = readSources().filter(({ path }) => path.endsWith('.ejs'));
const buttons = buttonKeys(views, catalogue);
const labels = labelKeys(views, catalogue);

describe('the style of interface texts', () => {
  test('uses no banned wording', () => {
    assertNone(bannedWordings(catalogue));
  });

  test('formats every number for its language', () => {
    assertNone(rawNumbers(catalogue));
  });

  test('keeps button labels within the length limit', () => {
    assert.ok(buttons.size > 50, `only ${buttons.size} button texts were found`);
    assertNone(longButtons(catalogue, buttons));
  });

  test('uses short noun phrases as field labels', () => {
    assert.ok(labels.size > 40, `only ${labels.size} labels were found`);
    assertNone(badLabels(catalogue, labels));
  });
});

describe('the check for banned wordings', () => {
  const faults: [Language, string][] = [
    ['en', 'Whoever opens the link must choose a password.'],
    ['en', 'Users whom one administrator can delete'],
    ['en', 'Nobody is deleted'],
    ['en', 'The account is deleted for good.'],
    ['en', 'All sessions end at once.'],
    ['en', 'Reset the password once more.'],
    ['en', 'Too many tries.'],
    ['en', 'Turn to the operator.'],
    ['en', 'An administrator can let you in.'],
    ['en', 'The request lapses.'],
    ['en', 'The rule holds from the next page.'],
    ['en', 'A code works in place of the app.'],
    ['en', 'The name of your company'],
    ['en', 'The link was sent by mail.'],
    ['en', 'Remove the second factor'],
    ['en', 'You can’t change your own level.'],
    ['en', 'Only organisations of this region'],
    ['en', 'You cannot see it again.'],
    ['en', 'The file does not exist.'],
    ['en', 'Please wait.'],
    ['en', 'Only a Global admin may do this.'],
    ['en', 'In {{region}}, users do this themselves.'],
    ['en', 'Enter a whole number, or nothing.'],
    ['en', 'The access was given. …'],
    ['fr', 'Réinitialiser le mot de passe de {{name}}'],
    ['fr', '{{actor}} est entré dans l’organisation.'],
    ['fr', 'Vous êtes connecté sur ces appareils.'],
    ['de', '{{tenant}} ist zurzeit ausgesetzt.'],
    ['de', 'Jemanden einlassen'],
    ['de', 'Dort geschah nichts mehr.'],
    ['de', 'Danach ist es endgültig weg.'],
    ['de', 'durch eben dieses Formular'],
  ];
  for (const [language, text] of faults) {
    test(`reports the ${language} text “${text}”`, () => {
      assert.equal(bannedWordings(catalogueOf({ [language]: { 'a:x': text } })).length, 1);
    });
  }

  test('applies some rules to some keys only', () => {
    const texts = { 'approvals:x': 'Confirm', 'a:x': 'Confirm', 'common:terms.x': 'Agent level' };
    assert.deepEqual(bannedWordings(catalogueOf({ en: texts })), ['en approvals:x: write approve, decision: Confirm']);
    const many = { 'a:n_many': '{{count, number}} de personnes', 'a:n_other': '{{count, number}} de plus' };
    assert.equal(bannedWordings(catalogueOf({ fr: many })).length, 1);
  });
});

describe('the other style checks', () => {
  const small = catalogueOf({
    en: {
      'a:save': 'Save all of these changes now',
      'a:act.reset': 'Reset the temporary password',
      'a:go_one': 'Import {{count}} row of them all',
      'a:go_other': 'Import {{count, number}} rows',
      'a:plain': 'A text of a paragraph, and not of a button',
      'a:name': 'Requested by',
      'a:wide': 'The number of minutes that may go by before a session that is idle ends',
      'a:stop': 'Enter a name.',
      'common:terms.deleteUser': 'Delete the account of this user',
    },
  });
  const view = (text: string) => [{ path: 'v.ejs', text }];

  test('report a number without a format', () => {
    assert.deepEqual(rawNumbers(small), ['en a:go_one: write {{…, number}}: Import {{count}} row of them all']);
  });

  test('report a long label on a button or on a link styled as a button', () => {
    const text = `<p><%= t('a:plain') %></p>
      <button class="btn<% if (a > b) { %> x<% } %>" type="submit"><%- icon('a') %><%= t('a:save') %></button>
      <a class="btn" href="<%= a %>"<% if (b) { %> download<% } %>><%= t(\`a:act.\${c}\`) %></a>
      <a class="btn" href="/"><%= t('a:go', { count: 3 }) %></a><a href="/"><%= t('a:plain') %></a>
      <button class="btn btn-danger"><%= t('common:terms.deleteUser') %></button>`;
    assert.deepEqual(longButtons(small, buttonKeys(view(text), small)), [
      'en a:save: 29 characters: Save all of these changes now',
      'en a:act.reset: 28 characters: Reset the temporary password',
      'en a:go_one: 28 characters: Import {{count}} row of them all',
    ]);
  });

  test('report a long label on the button of a partial', () => {
    const text = `<%- partial('users/action', { action: a, label: t('a:save') }) %>`;
    assert.equal(longButtons(small, buttonKeys(view(text), small)).length, 1);
  });

  test('report a label that is too long or that is a whole or partial sentence', () => {
    const text = `<label class="field-label" for="a"><%= t('a:name') %></label>
      <legend><%= t('a:wide') %></legend><%- partial('shared/field', { name: 'a', label: t('a:stop') }) %>`;
    assert.deepEqual(badLabels(small, labelKeys(view(text), small)), [
      'en a:name: half a sentence: Requested by',
      'en a:wide: 71 characters: The number of minutes that may go by before a session that is idle ends',
      'en a:stop: punctuation at the end: Enter a name.',
    ]);
  });
});
