import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { catalogueOf, everyText, readCatalogue, type Language } from './catalogue.ts';
import { markupIn, typographyFaults } from './typography.ts';

const catalogue = readCatalogue();

describe('the typography of texts', () => {
  test('is checked for existing texts', () => {
    assert.ok(everyText(catalogue).length > 0, 'locales contains no text');
  });

  test('follows the rules of each language, including formal address in German', () => {
    assertNone(typographyFaults(catalogue));
  });

  test('uses no markup', () => {
    assertNone(markupIn(catalogue));
  });
});

describe('the typography checks', () => {
  const faults: [Language, string, string][] = [
    ['en', "Don't", 'a straight apostrophe'],
    ['en', 'The "region"', 'straight quotation marks'],
    ['fr', "l'utilisateur", 'a straight apostrophe'],
    ['fr', 'le "compte"', 'straight quotation marks'],
    ['fr', 'Attention: {{name}}', 'no narrow space before : ; ! ? »'],
    ['fr', 'Vraiment ?', 'no narrow space before : ; ! ? »'],
    ['fr', '« compte\u202f»', 'no narrow space after «'],
    ['de', 'das "Konto"', 'straight quotation marks'],
    ['de', 'das “Konto“', 'a quotation that is not „…“'],
    ['de', 'Ändere dein Kennwort', 'the informal form of address'],
    ['de', 'Ihr Passwort', 'Passwort for Kennwort'],
  ];
  for (const [language, text, says] of faults) {
    test(`report the ${language} text “${text}”`, () => {
      assert.deepEqual(typographyFaults(catalogueOf({ [language]: { 'a:x': text } })), [
        `${language} a:x: ${says}: ${text}`,
      ]);
    });
  }

  test('accept correct texts', () => {
    const sound = catalogueOf({
      en: { 'a:x': 'Don’t leave “Parvis” at 10:30.' },
      fr: {
        'a:x': 'Déjà\u202f: l’adresse https://example.com à 10:30, « {{name}} »\u00a0?!'.replace(
          /« (.*) »/,
          '«\u202f$1\u202f»',
        ),
      },
      de: { 'a:x': 'Das „Konto“ durch Ihr Kennwort: direkt ändern.' },
    });
    assert.deepEqual(typographyFaults(sound), []);
  });

  test('report markup and entities', () => {
    const broken = catalogueOf({ en: { 'a:x': 'a <b>word</b>', 'a:y': 'Q&amp;A', 'a:z': 'Q & A' } });
    assert.deepEqual(markupIn(broken), ['en a:x: a <b>word</b>', 'en a:y: Q&amp;A']);
  });
});
