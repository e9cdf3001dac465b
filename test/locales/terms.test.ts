import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { catalogueOf, readCatalogue } from './catalogue.ts';
import { parseTerms, usedTerms, wrongTerms } from './terms.ts';

const catalogue = readCatalogue();
const terms = parseTerms(readFileSync(join(import.meta.dirname, 'terms.csv'), 'utf8'));

describe('fixed terms', () => {
  test('are used exactly as defined', () => {
    assertNone(wrongTerms(catalogue, terms));
  });

  test('occur in the texts, with few exceptions', () => {
    const used = usedTerms(catalogue, terms);
    assert.ok(used >= 35, `The portal uses ${used} of the ${terms.length} fixed terms; at least 35 are expected`);
  });
});

describe('the checks of fixed terms', () => {
  const small = parseTerms('key,en,fr,de\nsave,Save,Enregistrer,Speichern\nquoted,"A, ""b""",B,C\n');

  test('parse quoted fields', () => {
    assert.deepEqual(small[1], { key: 'quoted', en: 'A, "b"', fr: 'B', de: 'C' });
  });

  test('report a different translation and an unknown term', () => {
    const broken = catalogueOf({
      en: { 'common:terms.save': 'Save' },
      de: { 'common:terms.save': 'Sichern', 'common:terms.x': 'X' },
    });
    assert.deepEqual(wrongTerms(broken, small), [
      'de common:terms.save is “Sichern”, not “Speichern”',
      'de common:terms.x is “X”, which is not a fixed term',
    ]);
  });

  test('count a term as used only if every language has it', () => {
    const half = catalogueOf({ en: { 'common:terms.save': 'Save' }, fr: { 'common:terms.save': 'Enregistrer' } });
    assert.equal(usedTerms(half, small), 0);
  });
});
