import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ruleTextIn, type Language } from '../../src/domain/regions.ts';
import { languages } from '../locales/catalogue.ts';
import { loadTranslator } from '../../src/i18n/translator.ts';
import type { Page } from '../../src/site/http/layout.ts';
import { loadViews } from '../../src/site/http/views.ts';
import { read, template } from './rules-file.ts';

const texts: Readonly<Record<Language, string>> = { en: 'Licenses', fr: 'Licences', de: 'Lizenzen' };

/** Every subset of the languages, including the empty one. */
const selections: readonly Language[][] = languages.reduce<Language[][]>(
  (some, language) => [...some, ...some.map((each) => [...each, language])],
  [[]],
);

const wordingOf = (given: readonly Language[]): Partial<Record<Language, string>> =>
  Object.fromEntries(given.map((language) => [language, texts[language]]));

/** Rules with all three kinds of text in the given languages. */
function rulesWith(
  own: readonly Language[],
  defaultLanguage: Language | undefined,
  given: readonly Language[],
): object {
  const wording = wordingOf(given);
  return Object.assign(template(), {
    languages: own,
    defaultLanguage,
    name: wording,
    places: { there: { name: wording, address: 'https://there.example' } },
    related: [{ what: wording, places: ['there'] }],
  });
}

const rows = selections
  .filter((own) => own.length > 0)
  .flatMap((own) => own.map((defaultLanguage) => ({ own, defaultLanguage })))
  .flatMap((row) => selections.map((given) => Object.assign({ given }, row)));

describe('the texts of a rules file', () => {
  for (const { own, defaultLanguage, given } of rows) {
    const missing = own.filter((language) => !given.includes(language));
    const label = `languages ${own.join(', ')}, default ${defaultLanguage}, texts in ${given.join(', ') || 'none'}`;
    if (missing.length > 0) {
      test(`are rejected with the path of each missing text: ${label}`, () => {
        const { rules, faults } = read(rulesWith(own, defaultLanguage, given));
        assert.equal(rules, null);
        const expected = ['name', 'places.there.name', 'related.0.what'].flatMap((at) =>
          missing.map((language) => `${at}.${language}: is required, because the region offers ${language}`),
        );
        assert.deepEqual(faults, expected);
      });
      continue;
    }
    test(`are shown in the reader's language or in the default: ${label}`, () => {
      const { rules, faults } = read(rulesWith(own, defaultLanguage, given));
      assert.deepEqual(faults, []);
      for (const reader of languages) {
        const language = given.includes(reader) ? reader : defaultLanguage;
        for (const wording of [rules!.name, rules!.related[0]!.what, rules!.related[0]!.places[0]!.place])
          assert.deepEqual(ruleTextIn(wording, reader, rules!), { text: texts[language], language }, reader);
      }
    });
  }

  test('may be in additional languages from LOCALES_DIR', () => {
    const { faults } = read({ ...template(), name: { en: 'x', fr: 'x', de: 'x', tlh: 'x' } });
    assert.deepEqual(faults, []);
  });
});

describe('a text of the rules on a page in another language', async () => {
  const translator = await loadTranslator();
  const render = loadViews();

  for (const reader of languages) {
    for (const written of languages) {
      const lang = reader === written ? '' : ` lang="${written}"`;
      test(`has ${lang || 'no lang attribute'} if it is in ${written} and the reader's language is ${reader}`, () => {
        const text = { text: '<Ort>', language: written };
        const { html } = translator(reader);
        const bdi = `<bdi${lang}>&lt;Ort&gt;</bdi>`;
        assert.match(html('policy:elsewhere.text', { region: text, place: text }), new RegExp(`${bdi}.*${bdi}`));
        assert.equal(render('rules/rule-text', { page: { language: reader } as Page, model: text }).trim(), bdi);
      });
    }
  }
});
