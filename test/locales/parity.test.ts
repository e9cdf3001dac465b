import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { catalogueOf, languages, readCatalogue } from './catalogue.ts';
import { holes, pluralFaults, strayPlaceholders } from './parity.ts';

const catalogue = readCatalogue();

describe('the languages say the same', () => {
  test('each has texts', () => {
    for (const language of languages) assert.ok(catalogue[language].size > 0, `locales/${language} holds no text`);
  });

  test('each has every key', () => {
    assertNone(holes(catalogue));
  });

  test('each has the same placeholders', () => {
    assertNone(strayPlaceholders(catalogue));
  });

  test('each has the plural forms that it needs, and no others', () => {
    assertNone(pluralFaults(catalogue));
  });

  test('no text is empty', () => {
    const empty = languages.flatMap((language) =>
      [...catalogue[language]].filter(([, text]) => text.trim() === '').map(([key]) => `${language} ${key}`),
    );
    assertNone(empty);
  });
});

describe('these checks can fail', () => {
  test('a key that one language lacks', () => {
    const broken = catalogueOf({ en: { 'a:x': 'X', 'a:y': 'Y' }, fr: { 'a:x': 'X', 'a:y': 'Y' }, de: { 'a:x': 'X' } });
    assert.deepEqual(holes(broken), ['de lacks a:y']);
  });

  test('plural forms of different number are no hole', () => {
    const sound = { 'a:n_one': '{{count}}', 'a:n_other': '{{count}}' };
    assert.deepEqual(holes(catalogueOf({ en: sound, fr: { ...sound, 'a:n_many': '{{count}}' }, de: sound })), []);
  });

  test('a placeholder that was translated or dropped', () => {
    const broken = catalogueOf({ en: { 'a:x': '{{name}} {{- place}}' }, fr: { 'a:x': '{{nom}} {{place}}' } });
    assert.deepEqual(strayPlaceholders(broken), ['fr a:x lacks {{name}}', 'fr a:x has {{nom}}, which en has not']);
  });

  test('only the number may be left out, and only in a plural form', () => {
    const en = { 'a:n_one': '{{count}} for {{name}}', 'a:n_other': '{{count}} for {{name}}', 'a:x': '{{count}}' };
    const de = { 'a:n_one': 'einer', 'a:n_other': '{{count}} {{name}}', 'a:x': 'x' };
    const expected = ['de a:n_one lacks {{name}}', 'de a:x lacks {{count}}'];
    assert.deepEqual(strayPlaceholders(catalogueOf({ en, de })), expected);
  });

  test('French without "many", German with it, and a plain key beside the forms', () => {
    const two = { 'a:n_one': '1', 'a:n_other': '2' };
    const broken = catalogueOf({ en: { ...two, 'a:n': '0' }, fr: two, de: { ...two, 'a:n_many': '3' } });
    assert.deepEqual(pluralFaults(broken), [
      'en has a:n beside its plural forms',
      'fr lacks a:n_many',
      'de never asks for a:n_many',
    ]);
  });
});
