import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { load } from 'cheerio';
import { languages } from '../locales/catalogue.ts';
import { escapeHtml, loadTranslator } from '../../src/i18n/translator.ts';
import { anyCharacter } from '../support/any-character.ts';

const translator = await loadTranslator();
const { t, html } = translator('en');
const elsewhere = 'policy:elsewhere.text';

describe('a missing text', () => {
  const holes = ['common:none', 'none:none', 'none', '', 'common:', 'common:terms.none', 'common:terms.dashboard.0'];
  const own = ['common:__proto__', 'common:constructor', 'common:terms.toString', '__proto__:polluted'];
  for (const key of [...holes, ...own]) {
    test(`throws in every language, every time: “${key}”`, () => {
      for (const language of languages) {
        for (let time = 0; time < 2; time++) assert.throws(() => translator(language).t(key), /No text for/);
        assert.throws(() => translator(language).html(key, { name: 'x' }), /No text for/);
      }
    });
  }

  test('throws if the key refers to a group', () => {
    assert.throws(() => t('common:terms'), /common|terms/);
  });

  test('throws if a value is missing', () => {
    assert.throws(() => t(elsewhere, { region: 'x' }), /Missing value/);
    assert.throws(() => t(elsewhere), /Missing value/);
    assert.throws(() => html(elsewhere, { place: 'x' }), /Missing value/);
  });
});

describe('translations', () => {
  test('differ by language for the same key', () => {
    const words = languages.map((language) => translator(language).t('common:terms.dashboard'));
    assert.equal(new Set(words).size > 1, true);
    assert.deepEqual(
      languages.map((language) => translator(language).language),
      [...languages],
    );
    assert.ok(languages.every((language) => translator(language).settings.direction === 'ltr'));
  });

  test('follow the plural rules of their language', () => {
    const hours = (language: 'en' | 'fr' | 'de', count: number) =>
      translator(language).t('users:reset.effect.expires', { count });
    assert.match(hours('en', 0), /0 hours/);
    assert.match(hours('en', 1), /1 hour\b/);
    assert.match(hours('fr', 0), /0 heure\b/);
    assert.match(hours('fr', 2), /2 heures/);
    assert.match(hours('fr', 1_000_000), /1\u202f000\u202f000 heures/);
    assert.match(hours('de', 1), /1 Stunde\b/);
    assert.match(hours('de', 0), /0 Stunden/);
  });
});

const hostile = [
  '<img src=x onerror=alert(1)>',
  '"><svg/onload=alert(1)>',
  "' onmouseover='alert(1)",
  '{{region}}',
  '{{place}}',
  '{{- region}}',
  '{{7*7}}',
  '$t(common:product)',
  '$t(common:none)',
  '$t(common:terms.dashboard, { "count": 1 })',
  "$& $1 $` $' $$",
  '\u{E000}0\u{E001}',
  '\u{E000}1\u{E001}',
  '\u{E000}',
  '%s %d',
  '&amp; &lt;',
  '\u202Eevil\u202C',
  '\u2067اسم\u2069',
  '👩‍🚀',
  '{count, plural, one {x} other {y}}',
  '__proto__',
  '',
];

describe('interpolated names', () => {
  for (const name of hostile) {
    test(`are shown literally: ${JSON.stringify(name)}`, () => {
      assert.equal(
        t(elsewhere, { region: name, place: 'there' }),
        t(elsewhere, { region: 'REGION', place: 'there' }).replace('REGION', () => name),
      );
      const page = load(html(elsewhere, { region: name, place: 'there' }));
      assert.equal(page('bdi').first().text(), name);
      assert.deepEqual(page('bdi').length, 2);
      assert.equal(page('body *').not('bdi').length, 0);
      assert.equal(page('body').text(), t(elsewhere, { region: name, place: 'there' }));
    });
  }

  test('appear in the right place, regardless of their values', () => {
    const part = fc.oneof(fc.string({ unit: anyCharacter, maxLength: 20 }), fc.constantFrom(...hostile));
    fc.assert(
      fc.property(part, part, (region, place) => {
        const shown = html(elsewhere, { region, place });
        const [first, second] = [...shown.matchAll(/<bdi>([^<]*)<\/bdi>/g)].map((match) => match[1]);
        assert.deepEqual([first, second], [escapeHtml(region), escapeHtml(place)]);
      }),
      { numRuns: 3_000 },
    );
  });

  test('may be numbers, which are not isolated', () => {
    assert.equal(
      html('users:reset.effect.expires', { count: 72 }),
      escapeHtml(t('users:reset.effect.expires', { count: 72 })),
    );
  });
});

test('all special characters of HTML are escaped', () => {
  assert.equal(
    escapeHtml(`<a href="x" title='y'>&amp;</a>`),
    '&lt;a href=&#34;x&#34; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;',
  );
});
