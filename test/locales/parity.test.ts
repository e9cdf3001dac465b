import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { catalogueOf, languages, readCatalogue } from './catalogue.ts';
import { holes, pluralFaults, strayPlaceholders } from './parity.ts';

const catalogue = readCatalogue();

describe('translations', () => {
  test('exist in every language', () => {
    for (const language of languages) assert.ok(catalogue[language].size > 0, `locales/${language} contains no text`);
  });

  test('have the same keys in every language', () => {
    assertNone(holes(catalogue));
  });

  test('have the same placeholders in every language', () => {
    assertNone(strayPlaceholders(catalogue));
  });

  test('have exactly the plural forms that their language needs', () => {
    assertNone(pluralFaults(catalogue));
  });

  test('are never empty', () => {
    const empty = languages.flatMap((language) =>
      [...catalogue[language]].filter(([, text]) => text.trim() === '').map(([key]) => `${language} ${key}`),
    );
    assertNone(empty);
  });
});

describe('the translation checks', () => {
  test('report a key missing in one language', () => {
    const broken = catalogueOf({ en: { 'a:x': 'X', 'a:y': 'Y' }, fr: { 'a:x': 'X', 'a:y': 'Y' }, de: { 'a:x': 'X' } });
    assert.deepEqual(holes(broken), ['de lacks a:y']);
  });

  test('accept different plural forms', () => {
    const sound = { 'a:n_one': '{{count}}', 'a:n_other': '{{count}}' };
    assert.deepEqual(holes(catalogueOf({ en: sound, fr: { ...sound, 'a:n_many': '{{count}}' }, de: sound })), []);
  });

  test('report a translated or missing placeholder', () => {
    const broken = catalogueOf({ en: { 'a:x': '{{name}} {{- place}}' }, fr: { 'a:x': '{{nom}} {{place}}' } });
    assert.deepEqual(strayPlaceholders(broken), [
      'fr a:x lacks {{name}}',
      'fr a:x has {{nom}}, which en does not have',
    ]);
  });

  test('allow only the number to be omitted, and only in a plural form', () => {
    const en = { 'a:n_one': '{{count}} for {{name}}', 'a:n_other': '{{count}} for {{name}}', 'a:x': '{{count}}' };
    const de = { 'a:n_one': 'einer', 'a:n_other': '{{count}} {{name}}', 'a:x': 'x' };
    const expected = ['de a:n_one lacks {{name}}', 'de a:x lacks {{count}}'];
    assert.deepEqual(strayPlaceholders(catalogueOf({ en, de })), expected);
  });

  test('report missing and superfluous plural forms, and a plain key next to them', () => {
    const two = { 'a:n_one': '1', 'a:n_other': '2' };
    const broken = catalogueOf({ en: { ...two, 'a:n': '0' }, fr: two, de: { ...two, 'a:n_many': '3' } });
    assert.deepEqual(pluralFaults(broken), [
      'en has a:n beside its plural forms',
      'fr lacks a:n_many',
      'de never asks for a:n_many',
    ]);
  });
});
