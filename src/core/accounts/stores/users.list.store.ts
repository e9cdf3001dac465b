import { setImmediate } from 'node:timers/promises';
import type { Build, Database, Values } from '../../../platform/database/database.ts';
import { beyondAll } from '../../../domain/people/search-keys.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { ListedUser } from '../../../domain/people/user.ts';
import { pageSize, type Cursor, type PageRequest } from './list-query.ts';
import * as queries from './users.queries.ts';
import { inText, toListed, type ListedRow } from './user-rows.ts';
import { searchIndex } from './users.search.store.ts';

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
  readonly mostNamed: number;
  readonly namedAtOnce: number;
  /** How many can be walked past in the time in which one of those is looked at. */
  readonly walkedForOneNamed: number;
}

const usual: Limits = {
  firstStep: 1_000,
  furtherStep: 4_000,
  hopeful: 4,
  mostNamed: 10_000,
  namedAtOnce: 500,
  walkedForOneNamed: 16,
};

// What is short is within many words: it is worth a longer walk before an index is asked.
const shortWord = 3;
const stepsForShort = 3;

const tenantOf = ({ values }: Asked): string => String(values.tenant);
const rangeOf = (word: string): Values => ({ word, beyond: word + beyondAll });

/**
 * Pages of a tenant's users. What many fit is found by walking along everybody in the order of the page; what few fit, by
 * an index that names them; what lies between, by walking on. SQLite answers on the event loop: no query takes long.
 */
export function userPages(database: Database, limits = usual) {
  const index = searchIndex(database);
  const ask = <Row>(kind: string, asked: Asked, build: Build, more: Values = {}): Promise<Row[]> =>
    database.prepare<Row>(
      `users.${kind} ${queries.shapeOf(asked)}`,
      build,
      'scattered',
    )({ ...queries.valuesOf(asked), ...more });

  const step = (asked: Asked, most: number): Promise<Found[]> =>
    ask(`step ${most}`, asked, (knex, $) => queries.selectStep(knex, $, asked, most));

  /** @returns the numbers of all who come into question; null where no index can say, or where they are too many */
  async function named(asked: Asked): Promise<number[] | null> {
    const most = limits.mostNamed;
    const byWords = asked.words.length > 0 ? await index.named(tenantOf(asked), asked.words, most) : null;
    if (byWords !== null) return byWords;
    for (const holders of queries.holdersIndexes(asked)) {
      const rows = await ask<{ number: number }>(`holders ${holders} ${most}`, asked, (knex, $) =>
        queries.selectHolders(knex, $, holders).limit(most + 1, inText),
      );
      if (rows.length <= most) return rows.map(({ number }) => number);
    }
    return null;
  }

  const firstTogether = (asked: Asked, word: string): Promise<{ number: number }[]> =>
    ask('first together', asked, (knex, $) => queries.selectFirstTogether(knex, $, asked), rangeOf(word));

  /** @returns those who were named, but of all who stand together only as many as a page can hold */
  async function withFewTogether(asked: Asked, numbers: readonly number[]): Promise<readonly number[]> {
    const [word = '', ...further] = asked.words;
    if (numbers.length <= limits.namedAtOnce || word === '' || further.length > 0) return numbers;
    if (asked.column === 'last_sign_in_at') return numbers;
    const [all, first] = await Promise.all([
      ask<{ number: number }>('together', asked, (knex, $) => queries.selectTogether(knex, $, asked), rangeOf(word)),
      firstTogether(asked, word),
    ]);
    const together = new Set(all.map(({ number }) => number));
    return [...numbers.filter((number) => !together.has(number)), ...first.map(({ number }) => number)];
  }

  /** @returns the page of a list by name, where few have the word elsewhere than where their names begin; or null */
  async function byBeginning(asked: Asked): Promise<Found[] | null> {
    const [word = '', ...further] = asked.words;
    const isPlain = asked.column === 'name_key' && asked.level === null && asked.status === null;
    if (!isPlain || word === '' || further.length > 0) return null;
    const [others, first] = await Promise.all([
      index.namedWithin(tenantOf(asked), word, limits.namedAtOnce),
      firstTogether(asked, word),
    ]);
    return others && amongNamed(asked, [...new Set([...others, ...first.map(({ number }) => number)])]);
  }

  async function amongNamed(asked: Asked, numbers: readonly number[]): Promise<Found[]> {
    let first: Found[] = [];
    for (let from = 0; from < numbers.length; from += limits.namedAtOnce) {
      if (from > 0) await setImmediate();
      const some = [...first.map(({ number }) => number), ...numbers.slice(from, from + limits.namedAtOnce)];
      const values = { numbers: JSON.stringify(some) };
      first = await ask('among', asked, (knex, $) => queries.selectAmong(knex, $, asked), values);
    }
    return first;
  }

  /** @returns null where so many were walked past and the page is not full */
  async function walkOn(asked: Asked, near: readonly Found[], first: number, longest: number): Promise<Found[] | null> {
    const found = [...near];
    let walked = 0;
    for (let at = asked, most = first; found.length <= pageSize; most = limits.furtherStep) {
      walked += most;
      if (walked + limits.furtherStep > longest) return null;
      const [cursor] = await ask<Cursor>(`end ${most}`, at, (knex, $) => queries.selectStepEnd(knex, $, at, most));
      if (cursor === undefined) break;
      at = { ...asked, cursor };
      await setImmediate();
      found.push(...(await step(at, limits.furtherStep)));
    }
    return found.slice(0, pageSize + 1);
  }

  async function find(asked: Asked): Promise<ListedRow[]> {
    if (queries.isEverybody(asked)) return ask('plain', asked, (knex, $) => queries.selectPlain(knex, $, asked));
    const isShort = asked.words.every((word) => word.length <= shortWord);
    const first = limits.firstStep * (isShort ? stepsForShort : 1);
    const near = await step(asked, first);
    if (near.length > pageSize) return near;
    const expected = (2 * pageSize * first) / near.length;
    const soon = near.length < limits.hopeful ? null : await walkOn(asked, near, first, expected);
    if (soon !== null) return soon;
    const begun = await byBeginning(asked);
    if (begun !== null) return begun;
    const all = await named(asked);
    const numbers = all && (await withFewTogether(asked, all));
    // To look at all who were named is the surer way, and rarely the shorter one: walking on is tried for as long as that takes.
    const longest = numbers === null ? Infinity : numbers.length * limits.walkedForOneNamed;
    return (await walkOn(asked, near, first, longest)) ?? amongNamed(asked, numbers ?? []);
  }

  /** @returns one row more than the page holds, where there is a further one, in the page's own direction */
  return async (scope: Scope, request: PageRequest): Promise<ListedUser[]> => {
    const asked = queries.askedOf(scope, request);
    return asked === null ? [] : (await find(asked)).map(toListed);
  };
}

/** @returns one row more than the page holds, where there is a further one, in the page's own direction */
export const page = (database: Database, scope: Scope, request: PageRequest): Promise<ListedUser[]> =>
  userPages(database)(scope, request);
