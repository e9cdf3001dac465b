import { setImmediate } from 'node:timers/promises';
import type { Build, Database, Values } from '../../../platform/database/database.ts';
import { beyondAll } from '../../../domain/people/search-keys.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { ListedUser } from '../../../domain/people/user.ts';
import { pageSize, type Cursor, type PageRequest } from './list-query.ts';
import * as queries from './users.queries.ts';
import { inText, toListed, type ListedRow } from './users.mapping.ts';
import { searchIndex, type SearchIndex } from './users.search.store.ts';

type Asked = queries.Asked;
type Found = ListedRow & { readonly number: number };

/** How far each way of finding a page goes. Tests set them so that each way is taken. */
export interface Limits {
  /** How many of everybody are walked past before an index is asked, and then at a time. */
  readonly firstStep: number;
  readonly furtherStep: number;
  /** How many of those must fit for the walk to go on before an index is asked: twice as far as is to be expected. */
  readonly hopeful: number;
  /** How many an index may name, and how many of them are looked at at a time. */
  readonly maxNamed: number;
  readonly namedAtOnce: number;
  /** How many can be walked past in the time in which one of those is looked at. */
  readonly walkedForOneNamed: number;
}

const usual: Limits = {
  firstStep: 1_000,
  furtherStep: 4_000,
  hopeful: 4,
  maxNamed: 10_000,
  namedAtOnce: 500,
  walkedForOneNamed: 16,
};

// What is short is within many words: it is worth a longer walk before an index is asked.
const shortWord = 3;
const stepsForShort = 3;

const tenantOf = ({ values }: Asked): string => String(values.tenant);
const rangeOf = (word: string): Values => ({ word, beyond: word + beyondAll });

interface PagesDependencies {
  readonly database: Database;
  readonly index: SearchIndex;
  readonly limits: Limits;
}

/**
 * Pages of a tenant's users. If many users fit, they are found by walking along all users in the order of the page; if few
 * fit, by an index that names them; in between, by walking on. SQLite answers on the event loop: no query takes long.
 *
 * @returns a function that gives one row more than the page holds if there is another one, in the page's own direction
 */
export function userPages(database: Database, limits = usual) {
  const deps = { database, index: searchIndex(database), limits };
  return async (scope: Scope, request: PageRequest): Promise<ListedUser[]> => {
    const asked = queries.askedOf(scope, request);
    return asked === null ? [] : (await find(deps, asked)).map(toListed);
  };
}

async function find(deps: PagesDependencies, asked: Asked): Promise<ListedRow[]> {
  const { database, limits } = deps;
  if (queries.isEverybody(asked))
    return ask(database, 'plain', asked, (knex, $) => queries.selectPlain(knex, $, asked));
  const isShort = asked.words.every((word) => word.length <= shortWord);
  const first = limits.firstStep * (isShort ? stepsForShort : 1);
  const near = await takeStep(database, asked, first);
  if (near.length > pageSize) return near;
  const expected = (2 * pageSize * first) / near.length;
  const soon = near.length < limits.hopeful ? null : await walkOn(deps, asked, near, first, expected);
  if (soon !== null) return soon;
  const begun = await findByBeginning(deps, asked);
  if (begun !== null) return begun;
  const all = await candidatesOf(deps, asked);
  const numbers = all && (await withFewTogether(deps, asked, all));
  // Looking at all candidates is the safe way, but rarely the shorter one: walking on is tried for as long as that would take.
  const longest = numbers === null ? Infinity : numbers.length * limits.walkedForOneNamed;
  return (await walkOn(deps, asked, near, first, longest)) ?? findAmong(deps, asked, numbers ?? []);
}

/** @returns null if that many users were walked past and the page is not full */
async function walkOn(
  { database, limits }: PagesDependencies,
  asked: Asked,
  near: readonly Found[],
  first: number,
  longest: number,
): Promise<Found[] | null> {
  const found = [...near];
  let walked = 0;
  for (let at = asked, most = first; found.length <= pageSize; most = limits.furtherStep) {
    walked += most;
    if (walked + limits.furtherStep > longest) return null;
    const cursor = await endOfStep(database, at, most);
    if (cursor === undefined) break;
    at = { ...asked, cursor };
    await setImmediate();
    found.push(...(await takeStep(database, at, limits.furtherStep)));
  }
  return found.slice(0, pageSize + 1);
}

/** @returns the page of a list by name if few users have the word anywhere but at the beginning of their names; or null */
async function findByBeginning(deps: PagesDependencies, asked: Asked): Promise<Found[] | null> {
  const { database, index, limits } = deps;
  const [word = '', ...further] = asked.words;
  const isPlain = asked.column === 'name_key' && asked.level === null && asked.status === null;
  if (!isPlain || word === '' || further.length > 0) return null;
  const [others, first] = await Promise.all([
    index.namedWithin(tenantOf(asked), word, limits.namedAtOnce),
    firstTogether(database, asked, word),
  ]);
  return others && findAmong(deps, asked, [...new Set([...others, ...first])]);
}

/** @returns the numbers of all users who may fit; null if no index can tell, or if they are too many */
async function candidatesOf({ database, index, limits }: PagesDependencies, asked: Asked): Promise<number[] | null> {
  const most = limits.maxNamed;
  const byWords = asked.words.length > 0 ? await index.named(tenantOf(asked), asked.words, most) : null;
  if (byWords !== null) return byWords;
  for (const holders of queries.holdersIndexes(asked)) {
    const rows = await ask<{ number: number }>(database, `holders ${holders} ${most}`, asked, (knex, $) =>
      queries.selectHolders(knex, $, holders).limit(most + 1, inText),
    );
    if (rows.length <= most) return numbersOf(rows);
  }
  return null;
}

/** @returns the candidates, but of those who stand together in the order of the page only as many as a page holds */
async function withFewTogether(
  { database, limits }: PagesDependencies,
  asked: Asked,
  numbers: readonly number[],
): Promise<readonly number[]> {
  const [word = '', ...further] = asked.words;
  if (numbers.length <= limits.namedAtOnce || word === '' || further.length > 0) return numbers;
  if (asked.column === 'last_sign_in_at') return numbers;
  const [all, first] = await Promise.all([allTogether(database, asked, word), firstTogether(database, asked, word)]);
  const together = new Set(all);
  return [...numbers.filter((number) => !together.has(number)), ...first];
}

async function findAmong(
  { database, limits }: PagesDependencies,
  asked: Asked,
  numbers: readonly number[],
): Promise<Found[]> {
  let first: Found[] = [];
  for (let from = 0; from < numbers.length; from += limits.namedAtOnce) {
    if (from > 0) await setImmediate();
    const some = [...numbersOf(first), ...numbers.slice(from, from + limits.namedAtOnce)];
    const values = { numbers: JSON.stringify(some) };
    first = await ask(database, 'among', asked, (knex, $) => queries.selectAmong(knex, $, asked), values);
  }
  return first;
}

const takeStep = (database: Database, asked: Asked, most: number): Promise<Found[]> =>
  ask(database, `step ${most}`, asked, (knex, $) => queries.selectStep(knex, $, asked, most));

async function endOfStep(database: Database, asked: Asked, most: number): Promise<Cursor | undefined> {
  const [cursor] = await ask<Cursor>(database, `end ${most}`, asked, (knex, $) =>
    queries.selectStepEnd(knex, $, asked, most),
  );
  return cursor;
}

async function allTogether(database: Database, asked: Asked, word: string): Promise<number[]> {
  const build: Build = (knex, $) => queries.selectTogether(knex, $, asked);
  return numbersOf(await ask<{ number: number }>(database, 'together', asked, build, rangeOf(word)));
}

async function firstTogether(database: Database, asked: Asked, word: string): Promise<number[]> {
  const build: Build = (knex, $) => queries.selectFirstTogether(knex, $, asked);
  return numbersOf(await ask<{ number: number }>(database, 'first together', asked, build, rangeOf(word)));
}

const ask = <Row>(database: Database, kind: string, asked: Asked, build: Build, more: Values = {}): Promise<Row[]> =>
  database.prepare<Row>(
    `users.${kind} ${queries.shapeOf(asked)}`,
    build,
    'scattered',
  )({ ...queries.valuesOf(asked), ...more });

const numbersOf = (rows: readonly { readonly number: number }[]): number[] => rows.map(({ number }) => number);

/** @returns one row more than the page holds, where there is a further one, in the page's own direction */
export const page = (database: Database, scope: Scope, request: PageRequest): Promise<ListedUser[]> =>
  userPages(database)(scope, request);
