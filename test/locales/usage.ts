import { globSync, readFileSync } from 'node:fs';
import { withoutComments } from '../support/comments.ts';
import { baseOf, type Catalogue, everyText, namespacesOf } from './catalogue.ts';

/** A place where a key is used. `key` contains `*` for interpolated parts. */
export interface Use {
  readonly at: string;
  readonly key: string;
}

export interface Source {
  readonly path: string;
  readonly text: string;
}

/** @returns all files that may use keys: code, views, client scripts and region rules */
export function readSources(): Source[] {
  const paths = globSync(['{src,tools}/**/*.ts', 'views/**/*.ejs', 'rules/**/*.json', 'public/scripts/**/*.js']).sort();
  return paths.map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/**
 * @returns every key that a source uses: strings that start with a namespace and a colon, and all arguments of `t(` and
 * `html(`. Interpolated parts become `*`.
 */
export function usesIn({ path, text: written }: Source, namespaces: ReadonlySet<string>): Use[] {
  const text = withoutComments(written);
  const isGivenToT = (index: number): boolean => /\b(?:t|html)\(\s*$/.test(text.slice(Math.max(0, index - 20), index));
  const uses: Use[] = [];
  for (const { 0: opening, 1: quote = '', 2: prefix = '', index } of text.matchAll(
    /(['"`])([A-Za-z][\w-]*:|(?=\w))/g,
  )) {
    const givenToT = isGivenToT(index);
    if (!givenToT && !namespaces.has(prefix.slice(0, -1))) continue;
    const { key, isKey } = literalFrom(text, index + opening.length, quote);
    if (!isKey && !givenToT) continue;
    const at = `${path}:${text.slice(0, index).split('\n').length}`;
    uses.push({ at, key: `${prefix}${key}${isKey ? '' : '…'}` });
  }
  return uses;
}

/**
 * @returns the rest of a literal up to its closing quote, with `*` for interpolated parts, or up to a character that no
 * key contains
 */
function literalFrom(text: string, start: number, quote: string): { key: string; isKey: boolean } {
  let key = '';
  for (let index = start; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === quote) return { key, isKey: true };
    if (quote === '`' && text.startsWith('${', index)) {
      index = closingBrace(text, index + 1);
      key += '*';
    } else if (/[\w.-]/.test(character)) key += character;
    else break;
  }
  return { key, isKey: false };
}

function closingBrace(text: string, opening: number): number {
  let depth = 0;
  for (let index = opening; index < text.length; index += 1) {
    if (text[index] === '{') depth += 1;
    if (text[index] === '}') depth -= 1;
    if (depth === 0) return index;
  }
  return text.length;
}

/** @returns the keys that texts include with `$t(namespace:key)` */
export function usesInTexts(catalogue: Catalogue): Use[] {
  return everyText(catalogue).flatMap(({ language, key, text }) =>
    [...text.matchAll(/\$t\(([^),]+)/g)].map((match) => ({ at: `${language} ${key}`, key: (match[1] ?? '').trim() })),
  );
}

/** @returns the keys that are used but do not exist */
export function missingKeys(uses: readonly Use[], catalogue: Catalogue): string[] {
  const known = knownKeys(catalogue);
  return uses.filter(({ key }) => ![...known].some((each) => covers(key, each))).map(({ at, key }) => `${at} ${key}`);
}

/**
 * @returns the keys that are not used anywhere. A key that matches a pattern, as in `policy:${because}`, counts as used
 * if its interpolated part consists of words found in a source.
 */
export function unusedKeys(uses: readonly Use[], catalogue: Catalogue, sources: readonly Source[]): string[] {
  const exact = new Set(uses.map(({ key }) => key));
  const patterns = [...exact].filter((key) => key.includes('*')).map(toPattern);
  const words = new Set(sources.flatMap(({ text }) => text.match(/\w+/g) ?? []).map(lower));
  const isWord = (part: string): boolean =>
    words.has(lower(part)) || part.split(/(?=[A-Z])/).every((piece) => words.has(lower(piece)));
  const isFilledIn = (key: string): boolean =>
    patterns.some((pattern) =>
      pattern
        .exec(key)
        ?.slice(1)
        .every((filled) => filled.split(/[._]/).every(isWord)),
    );
  return [...knownKeys(catalogue)].filter((key) => !exact.has(key) && !isFilledIn(key));
}

/** @returns the uses of keys in all sources and in the texts themselves */
export function allUses(sources: readonly Source[], catalogue: Catalogue): Use[] {
  const namespaces = namespacesOf(catalogue);
  return [...sources.flatMap((source) => usesIn(source, namespaces)), ...usesInTexts(catalogue)];
}

function knownKeys(catalogue: Catalogue): Set<string> {
  return new Set(everyText(catalogue).map(({ key }) => baseOf(key)));
}

/** @returns whether a use matches a key; the use may contain `*` */
export function covers(use: string, key: string): boolean {
  return use.includes('*') ? toPattern(use).test(key) : use === key;
}

function toPattern(use: string): RegExp {
  return new RegExp(`^${use.split('*').map(RegExp.escape).join('(.+)')}$`);
}

function lower(word: string): string {
  return word.toLowerCase();
}
