import { globSync, readFileSync } from 'node:fs';
import { withoutComments } from '../support/comments.ts';
import { baseOf, type Catalogue, everyText, namespacesOf } from './catalogue.ts';

/** One place that names a key. `key` may hold `*`, where the code fills something in. */
export interface Use {
  readonly at: string;
  readonly key: string;
}

export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Everything that may name a key: the program, its views, and the rules of the regions. */
export function readSources(): Source[] {
  const paths = globSync(['{src,tools}/**/*.ts', 'views/**/*.ejs', 'rules/**/*.json', 'public/scripts/**/*.js']).sort();
  return paths.map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/**
 * Every key that a source names: each string that begins with a namespace and a colon, and whatever `t(` and `html(`
 * are given. What a template literal fills in becomes `*`.
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

/** The rest of a literal up to its closing quote, with `*` for what is filled in, or up to what no key holds. */
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

/** The keys that texts themselves borrow from others by `$t(namespace:key)`. */
export function usesInTexts(catalogue: Catalogue): Use[] {
  return everyText(catalogue).flatMap(({ language, key, text }) =>
    [...text.matchAll(/\$t\(([^),]+)/g)].map((match) => ({ at: `${language} ${key}`, key: (match[1] ?? '').trim() })),
  );
}

/** Keys that are named and do not exist. */
export function missingKeys(uses: readonly Use[], catalogue: Catalogue): string[] {
  const known = knownKeys(catalogue);
  return uses.filter(({ key }) => ![...known].some((each) => covers(key, each))).map(({ at, key }) => `${at} ${key}`);
}

/**
 * Keys that exist and are named nowhere. Where a name is filled in, as in `policy:${because}`, the key counts as used
 * when what would be filled in is made of words that some source holds: it must come from somewhere.
 */
export function unusedKeys(uses: readonly Use[], catalogue: Catalogue, sources: readonly Source[]): string[] {
  const exact = new Set(uses.map(({ key }) => key));
  const patterns = [...exact].filter((key) => key.includes('*')).map(toPattern);
  const words = new Set(sources.flatMap(({ text }) => text.match(/\w+/g) ?? []).map(lower));
  const isWord = (part: string): boolean =>
    words.has(lower(part)) || part.split(/_|(?=[A-Z])/).every((piece) => words.has(lower(piece)));
  const isFilledIn = (key: string): boolean =>
    patterns.some((pattern) =>
      pattern
        .exec(key)
        ?.slice(1)
        .every((filled) => filled.split('.').every(isWord)),
    );
  return [...knownKeys(catalogue)].filter((key) => !exact.has(key) && !isFilledIn(key));
}

/** The uses of all sources and of the texts themselves. */
export function allUses(sources: readonly Source[], catalogue: Catalogue): Use[] {
  const namespaces = namespacesOf(catalogue);
  return [...sources.flatMap((source) => usesIn(source, namespaces)), ...usesInTexts(catalogue)];
}

function knownKeys(catalogue: Catalogue): Set<string> {
  return new Set(everyText(catalogue).map(({ key }) => baseOf(key)));
}

/** Whether a use, which may hold `*`, names a key. */
export function covers(use: string, key: string): boolean {
  return use.includes('*') ? toPattern(use).test(key) : use === key;
}

function toPattern(use: string): RegExp {
  return new RegExp(`^${use.split('*').map(RegExp.escape).join('(.+)')}$`);
}

function lower(word: string): string {
  return word.toLowerCase();
}
