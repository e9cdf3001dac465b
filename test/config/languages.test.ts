import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { readConfig } from '../../src/platform/config/config.ts';
import { listLanguages, readLanguages } from '../../src/platform/config/languages.ts';
import { loadTranslator } from '../../src/i18n/translator.ts';

const root = mkdtempSync(path.join(tmpdir(), 'parvis-locales-'));
after(() => rmSync(root, { recursive: true }));
let count = 0;

interface OwnLanguage {
  readonly tag: string;
  readonly copyOf: 'en' | 'fr';
  readonly settings: object;
}

const spanish = {
  name: 'Español',
  locale: 'es-ES',
  direction: 'ltr',
  listDelimiter: ';',
  nameOrder: 'givenFirst',
  pluralForms: ['one', 'many', 'other'],
};

/** Creates a LOCALES_DIR with one language, copied from a built-in one with the same plural forms. */
function localesWith({ tag, copyOf, settings }: OwnLanguage): string {
  const folder = path.join(root, String(++count));
  cpSync(`locales/${copyOf}`, path.join(folder, tag), { recursive: true });
  writeFileSync(path.join(folder, tag, 'language.json'), JSON.stringify(settings));
  return folder;
}

function edit(file: string, change: (texts: Record<string, Record<string, unknown>>) => void): void {
  const texts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>;
  change(texts);
  writeFileSync(file, JSON.stringify(texts));
}

const faultsOf = async (folder: string): Promise<string[]> => {
  const { languages, faults } = readLanguages(folder);
  if (faults.length > 0) return faults;
  try {
    await loadTranslator(languages);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
};

describe('a language folder in LOCALES_DIR', () => {
  const folder = localesWith({ tag: 'es', copyOf: 'fr', settings: spanish });

  test('adds a language to the built-in ones', async () => {
    assert.deepEqual(listLanguages(folder).sort(), ['de', 'en', 'es', 'fr']);
    assert.deepEqual(await faultsOf(folder), []);
  });

  test('makes a built-in region offer its language', () => {
    const { config } = readConfig({ LOCALES_DIR: folder });
    assert.deepEqual(config?.rules.languages, ['en', 'fr', 'de', 'es']);
  });

  test('adds no language to a region whose own rules file does not list it', () => {
    const rules = JSON.parse(readFileSync('rules/worldwide.json', 'utf8')) as { languages: string[]; name: object };
    const file = path.join(root, 'rules.json');
    const offered = (): readonly string[] | undefined =>
      readConfig({ LOCALES_DIR: folder, REGION_RULES: file }).config?.rules.languages;
    writeFileSync(file, JSON.stringify({ ...rules, languages: ['en', 'fr'] }));
    assert.deepEqual(offered(), ['en', 'fr']);
  });

  test('is required for every language that a rules file offers', () => {
    const rules = JSON.parse(readFileSync('rules/worldwide.json', 'utf8')) as object;
    const file = path.join(root, 'rules-it.json');
    writeFileSync(file, JSON.stringify({ ...rules, languages: ['en', 'it'] }));
    const { faults } = readConfig({ LOCALES_DIR: folder, REGION_RULES: file });
    assert.match(faults.join('\n'), /languages\.1: "it" must be one of .*LOCALES_DIR can add languages/);
  });

  test('can override individual messages of a built-in language', async () => {
    const own = path.join(root, 'own');
    mkdirSync(path.join(own, 'en'), { recursive: true });
    writeFileSync(
      path.join(own, 'en', 'sign-in.json'),
      JSON.stringify({ password: { title: 'Enter your Contoso password' } }),
    );
    const { languages, faults } = readLanguages(own);
    assert.deepEqual(faults, []);
    const { t } = (await loadTranslator(languages))('en');
    assert.equal(t('sign-in:password.title'), 'Enter your Contoso password');
    assert.notEqual(t('common:terms.signIn'), '');
  });
});

describe('a fault in a language folder', () => {
  test('is reported if a message is missing', async () => {
    const folder = localesWith({ tag: 'es', copyOf: 'fr', settings: spanish });
    edit(path.join(folder, 'es', 'common.json'), ({ terms }) => delete terms?.signIn);
    assert.deepEqual(await faultsOf(folder), ['es: common:terms.signIn is missing']);
  });

  test('is reported if a plural form is missing', async () => {
    const settings = { ...spanish, name: 'Polski', locale: 'pl-PL', pluralForms: ['one', 'few', 'many', 'other'] };
    const folder = localesWith({ tag: 'pl', copyOf: 'fr', settings });
    const faults = await faultsOf(folder);
    assert.ok(faults.length > 10);
    for (const fault of faults) assert.match(fault, /^pl: \S+_few is missing$/);
  });

  test('is reported if a message lacks a placeholder', async () => {
    const folder = localesWith({ tag: 'es', copyOf: 'fr', settings: spanish });
    edit(path.join(folder, 'es', 'activity.json'), ({ detail }) =>
      Object.assign(detail ?? {}, { change: '{{from}} {{to}}' }),
    );
    assert.deepEqual(await faultsOf(folder), ['es: activity:detail.change lacks {{field}}']);
  });

  for (const [what, tag, settings, fault] of [
    ['a folder name that is not a language tag', 'Spanish_ES', spanish, /folder name must be a BCP 47 tag/],
    ['a list of plural forms without "other"', 'es', { ...spanish, pluralForms: ['one'] }, /must contain "other"/],
    ['a direction that does not exist', 'es', { ...spanish, direction: 'up' }, /language\.json: direction/],
    ['a locale that does not exist', 'es', { ...spanish, locale: 'x' }, /language\.json: locale/],
    ['an unknown setting', 'es', { ...spanish, colour: 'red' }, /language\.json/],
  ] as const) {
    test(`is reported: ${what}`, () => {
      const { faults } = readLanguages(localesWith({ tag, copyOf: 'fr', settings }));
      assert.match(faults.join('\n'), fault);
    });
  }

  test('is reported if language.json is missing', () => {
    const folder = localesWith({ tag: 'es', copyOf: 'fr', settings: spanish });
    rmSync(path.join(folder, 'es', 'language.json'));
    assert.deepEqual(readLanguages(folder).faults, ['LOCALES_DIR: es: language.json is missing']);
  });

  test('is reported if LOCALES_DIR does not exist', () => {
    const { faults } = readConfig({ LOCALES_DIR: path.join(root, 'missing') });
    assert.match(faults.join('\n'), /^LOCALES_DIR: .*missing does not exist$/m);
  });
});
