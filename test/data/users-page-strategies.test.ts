import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { nameSortKey } from '../../src/domain/people/sort-keys.ts';
import { foldName } from '../../src/domain/people/user.ts';
import {
  levelFilters,
  pageSize,
  sortKeys,
  statusFilters,
  type Cursor,
  type PageRequest,
  type SortKey,
} from '../../src/core/accounts/stores/users.queries.ts';
import { page, type Limits } from '../../src/core/accounts/stores/users.list.store.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open, start } from './databases.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import type { NewUser } from '../../src/core/accounts/stores/users.mapping.ts';

// Limits that force each strategy for finding a page.
const strategies: Record<string, Limits> = {
  'in a single step': { rowsPerStep: 1_000, maxCandidates: 10_000, candidatesPerQuery: 11 },
  'step by step, without an index': { rowsPerStep: 3, maxCandidates: -1, candidatesPerQuery: 11 },
  'from the results of an index': { rowsPerStep: 1, maxCandidates: 10_000, candidatesPerQuery: 11 },
  'from an index with few results, otherwise step by step': {
    rowsPerStep: 2,
    maxCandidates: 40,
    candidatesPerQuery: 500,
  },
};

const names = ['Zoé', 'Zoe', 'Müller', 'Mueller', 'Muller', 'Åse', '李小龍', 'O’Neil', 'Юлия', 'Παπάς', 'a', 'nan'];
const one = <const T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const personArbitrary = fc.record({
  displayName: fc.array(one(...names), { minLength: 1, maxLength: 3 }).map((words) => words.join(' ')),
  lastName: one('', 'Besson', 'Müller'),
  domain: one('a.example', 'b-nan.example'),
  state: one('active', 'active', 'blocked', 'deleted'),
  password: one('own', 'own', 'temporary'),
  administratorLevel: one('none', 'none', 'global', 'billing'),
  agentLevel: one('none', 'sales', 'helpdesk'),
  lastSignInAt: one(null, start, start + 1),
} as const);

const people: NewUser[] = fc
  .sample(personArbitrary, { numRuns: 240, seed: 1895 })
  .map(({ domain, ...facts }, index) => newUser({ ...facts, firstName: '', username: `u${index * 7}@${domain}` }));

const nameKeys = new Map(people.map(({ displayName }) => [displayName, nameSortKey(displayName, 'fr')]));
const keyOf = (user: NewUser, sort: SortKey): string | number =>
  ({ name: nameKeys.get(user.displayName)!, username: user.username, lastSignIn: user.lastSignInAt ?? 0 })[sort];
const bytes = (text: string | number): Buffer => Buffer.from(String(text));
const compareToCursor = (user: NewUser, { key, id }: Cursor, sort: SortKey): number =>
  Buffer.compare(bytes(keyOf(user, sort)), bytes(key)) || Buffer.compare(bytes(user.id), bytes(id));

// A simple reference implementation: each word of the search must be part of a word of the name.
const fold = (text: string): string => foldName(text).replaceAll('ς', 'σ');
const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
const spellings = (word: string): string[] => [
  ...[fold(word), fold(word.replace(/[üÜ]/g, 'ue').replace(/[Åå]/g, 'aa'))],
  fold(word).replaceAll('ue', 'u').replaceAll('oe', 'o').replaceAll('ae', 'a').replaceAll('aa', 'a'),
];
const isFound = (user: NewUser, search: string): boolean => {
  const own = wordsOf([user.displayName, user.lastName, user.username].join(' ')).flatMap(spellings);
  const words = wordsOf(fold(search));
  return words.length > 0 && words.every((word) => own.some((each) => each.includes(word)));
};

function expected({ search, level, status, sort, descending, from }: PageRequest): string[] {
  const ascending = descending === (from?.side === 'before');
  const statusOf = ({ state, password }: NewUser) =>
    state !== 'active' ? state : password === 'own' ? 'active' : 'passwordChange';
  return people
    .filter((user) => user.state !== 'deleted' && (search === null || isFound(user, search)))
    .filter((user) => level === null || [user.administratorLevel, `${user.agentLevel}Agent`].includes(level))
    .filter((user) => status === null || statusOf(user) === status)
    .filter((user) => from === null || compareToCursor(user, from.cursor, sort) * (ascending ? 1 : -1) > 0)
    .sort(
      (left, right) => compareToCursor(left, { key: keyOf(right, sort), id: right.id }, sort) * (ascending ? 1 : -1),
    )
    .slice(0, pageSize + 1)
    .map(({ id }) => id);
}

const part = fc.tuple(one(...people), fc.nat(20), fc.integer({ min: 1, max: 6 }), one('', 'mue', 'MÜ', 'x')).map(
  ([{ displayName, username }, at, length, more]) =>
    `${[...displayName]
      .slice(at % displayName.length)
      .slice(0, length)
      .join('')} ${more} ${username.slice(at, at + length)}`,
);
const anyRequests = fc.record({
  search: fc.oneof(fc.constant(null), one('nan', 'müller', 'mueller', 'z', '李', 'example', 'zoe müller', '%'), part),
  level: fc.option(one(...levelFilters)),
  status: fc.option(one(...statusFilters)),
  sort: one(...sortKeys),
  descending: fc.boolean(),
  from: fc.option(fc.record({ side: one('after', 'before'), user: one(...people) })),
});

const byOneWord = fc.record({
  search: fc
    .tuple(one(...names), fc.integer({ min: 1, max: 4 }))
    .map(([name, length]) => [...name].slice(0, length).join('')),
  ...{ level: fc.constant(null), status: fc.constant(null), sort: fc.constant('name'), descending: fc.boolean() },
  from: fc.option(fc.record({ side: one('after', 'before'), user: one(...people) })),
} as const);
const requests = fc.oneof(byOneWord, anyRequests).map(({ from, ...request }): PageRequest => ({
  ...request,
  from: from && { side: from.side, cursor: { key: keyOf(from.user, request.sort), id: from.user.id } },
}));

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`a page of users on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const scope = await newTenant(database);
    const otherTenant = await newTenant(database);
    await usersStore.insertMany(database, scope, people);
    await usersStore.insertMany(
      database,
      otherTenant,
      people.map((user, index) => newUser({ ...user, id: `n${index}`, username: `n.${user.username}` })),
    );

    for (const [strategy, limits] of Object.entries(strategies)) {
      test(`is the same if it is read ${strategy}`, async () => {
        const found = async (request: PageRequest) =>
          (await page(database, scope, request, limits)).map(({ id }) => id);
        await fc.assert(
          fc.asyncProperty(requests, async (request) => assert.deepEqual(await found(request), expected(request))),
          { numRuns: 150 },
        );
      });
    }
  });
}
