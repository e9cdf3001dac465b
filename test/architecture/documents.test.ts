import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';

const documents = globSync(['*.md', '{docs,bench,locales,migrations,public,.github}/**/*.md']);

/** The anchor that GitHub gives a heading: lower case, without punctuation, with hyphens for spaces. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

const withoutCode = (text: string): string => text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '');

const anchorsOf = (text: string): string[] =>
  [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** @returns the relative links of a document */
const linksOf = (text: string): string[] =>
  [...withoutCode(text).matchAll(/\]\(<?([^)\s>]+)>?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));

/** @returns the links of a document whose file or heading does not exist */
function brokenLinks(file: string, text: string): string[] {
  return linksOf(text)
    .filter((link) => {
      const [target = '', anchor] = link.split('#');
      const linked = target === '' ? file : path.join(path.dirname(file), target);
      if (!existsSync(linked)) return true;
      return anchor !== undefined && !anchorsOf(target === '' ? text : readFileSync(linked, 'utf8')).includes(anchor);
    })
    .map((link) => `${file}: ${link}`);
}

describe('links between documents', () => {
  test('point to existing files and headings', () => {
    assert.ok(documents.length > 50);
    assertNone(documents.flatMap((file) => brokenLinks(file, readFileSync(file, 'utf8'))));
  });

  test('the check reports broken links', () => {
    const text =
      '# A title\n[a](#a-title) [b](#gone) [c](gone.md) [d](STYLE.md#names) [e](STYLE.md#gone) [f](https://x.example)';
    assert.deepEqual(brokenLinks('README.md', text), [
      'README.md: #gone',
      'README.md: gone.md',
      'README.md: STYLE.md#gone',
    ]);
  });
});

/**
 * @returns the files and folders of the repository that a document names in backticks, except those with a placeholder
 */
const pathsIn = (text: string): string[] =>
  [...text.matchAll(/`((?:src|test|tools|scripts|bench|views|rules|locales|migrations|public|\.ci)\/[\w./-]+)`/g)].map(
    ([, name = '']) => name,
  );

describe('paths mentioned in documents', () => {
  test('point to existing files', () => {
    const named = documents.flatMap((file) => pathsIn(readFileSync(file, 'utf8')).map((name) => ({ file, name })));
    assert.ok(named.length > 50);
    assertNone(named.filter(({ name }) => !existsSync(name)).map(({ file, name }) => `${file}: ${name}`));
  });

  test('the check recognizes paths in the text', () => {
    assert.deepEqual(pathsIn('`src/app.ts` and `rules/<region>.json`, `data/outbox`, `views/`, `test/run.ts`.'), [
      'src/app.ts',
      'test/run.ts',
    ]);
  });
});

test('every guide is linked from the index of its folder', () => {
  const indexes = globSync('docs/*/README.md');
  const unlisted = indexes.flatMap((index) => {
    const linked = linksOf(readFileSync(index, 'utf8')).map((link) => link.split('#')[0]);
    return globSync(`${path.dirname(index)}/*.md`)
      .filter((file) => file !== index && !linked.includes(path.basename(file)))
      .map((file) => `${index} lacks ${path.basename(file)}`);
  });
  assert.ok(indexes.length > 3);
  assertNone(unlisted);
});

/** @returns the names of code in a glossary: those in the third column of its tables */
const codeNamesIn = (rows: readonly string[]): string[] =>
  rows.flatMap((row) => [...(row.split('|')[3] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name));

const missingFrom = (code: readonly string[], names: readonly string[]): string[] =>
  names.filter((name) => !code.some((text) => new RegExp(`\\b${name}\\b`).test(text)));

const termsIn = (rows: readonly string[]): string[] =>
  rows
    .filter((row) => /^\| (?!term |-)/.test(row))
    .flatMap((row) => (row.split('|')[1] ?? '').split(','))
    .map((term) => term.trim());

describe('the glossary', () => {
  const rows = readFileSync('docs/development/glossary.md', 'utf8').split('\n');

  test('refers only to existing code', () => {
    const code = globSync(['src/**/*.ts', 'migrations/schema.txt']).map((file) => readFileSync(file, 'utf8'));
    const names = codeNamesIn(rows);
    assert.ok(names.length > 30);
    assertNone(missingFrom(code, names));
  });

  test('explains each term once', () => {
    const terms = termsIn(rows);
    assert.ok(terms.length > 40);
    assertNone(terms.filter((term, index) => terms.indexOf(term) !== index));
  });

  test('the check reports references to deleted code', () => {
    assert.deepEqual(missingFrom(['class Tenant {}'], codeNamesIn(['| a | b | `Tenant`, `Customer` | c |'])), [
      'Customer',
    ]);
  });
});
