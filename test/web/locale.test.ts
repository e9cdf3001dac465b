import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dateLocale, lookUpLanguage } from '../../src/i18n/locale.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

describe('the language lookup of RFC 4647', () => {
  for (const [ranges, offered, expected] of [
    [['fr-CH', 'de', 'fr'], ['en', 'fr', 'de'], 'fr'],
    [['de-AT'], ['en', 'fr', 'de'], 'de'],
    [['DE-at'], ['en', 'fr', 'de'], 'de'],
    [['zh-Hant-TW'], ['zh-Hans', 'zh-Hant'], 'zh-Hant'],
    [['zh-Hant-CN-x-private'], ['zh-Hant'], 'zh-Hant'],
    [['zh-CN'], ['en', 'zh-Hans'], 'zh-Hans'],
    [['zh-TW'], ['en', 'zh-Hans'], null],
    [['pt'], ['en', 'pt-BR'], 'pt-BR'],
    [['pt', 'en'], ['en', 'pt-BR'], 'en'],
    [['it', 'fr'], ['en', 'fr'], 'fr'],
    [['it', 'ja'], ['en', 'fr'], null],
    [['*'], ['en', 'fr'], null],
    [['-', '', 'x', '__proto__', 'toString', 'a'.repeat(5_000)], ['en'], null],
    [[], ['en'], null],
  ] as const) {
    test(`finds ${expected ?? 'no language'} for ${ranges.map((range) => range.slice(0, 30)).join(', ') || 'no preference'} among ${offered.join(', ')}`, () => {
      assert.equal(lookUpLanguage(ranges, offered), expected);
    });
  }
});

describe('the locale of dates', () => {
  const english = { tag: 'en', locale: 'en-US' };
  for (const [ranges, expected] of [
    [['en-GB', 'en'], 'en-GB'],
    [['fr-FR', 'en-AU'], 'en-AU'],
    [['en'], 'en-US'],
    [['fr-CH'], 'en-US'],
    [['en-GB-u-ca-buddhist'], 'en-GB'],
    [['en-ZZ'], 'en-ZZ'],
    [[], 'en-US'],
  ] as const) {
    test(`is ${expected} for ${ranges.join(', ') || 'no preference'}`, () =>
      assert.equal(dateLocale(ranges, english), expected));
  }
});

describe('a page', async () => {
  const portal = await openPortal();
  const languageOf = async (header: string): Promise<string | undefined> => {
    const visitor = await aPerson(portal, { 'Accept-Language': header }).visit('/sign-in');
    return visitor.$('html').attr('lang');
  };

  for (const [header, expected] of [
    ['fr-CH,de;q=0.9,fr;q=0.8', 'fr'],
    ['de-CH;q=0.5, it', 'de'],
    ['it;q=1, en;q=0', 'en'],
    ['*', 'en'],
    ['', 'en'],
    [';;;q=,,', 'en'],
  ] as const) {
    test(`requested with Accept-Language "${header}" is in ${expected}`, async () =>
      assert.equal(await languageOf(header), expected));
  }
});
