import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Scope } from '../../src/domain/scope.ts';
import { nameSortKey } from '../../src/domain/people/sort-keys.ts';
import type { User } from '../../src/domain/people/user.ts';
import {
  decodeCursor,
  encodeCursor,
  levelFilters,
  pageSize,
  sortKeys,
  statusFilters,
  type PageRequest,
  type SortKey,
} from '../../src/core/accounts/stores/users.queries.ts';
import { postgres } from '../support/services.ts';
import { hostileNames } from './hostile-names.ts';
import { eachDialect, newTenant, newUser, open, start } from './databases.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import type { Database } from '../../src/platform/database/database.ts';

const users = hostileNames.map((displayName, index) =>
  newUser({
    id: `00000000-0000-4000-8000-${String((index * 7_919) % 1_000_000).padStart(12, '0')}`,
    // With these names, a search can match only words of the display name.
    ...{ displayName, firstName: '', lastName: '' },
    username: `u${(index * 31) % 997}.${'-_+'[index % 3] ?? ''}x@a.example`,
    lastSignInAt: index % 4 === 0 ? null : start + (index % 5),
  }),
);

type Keyed = Pick<User, 'id' | 'displayName' | 'username' | 'lastSignInAt'>;
const keyOf: Record<SortKey, (user: Keyed) => string | number> = {
  name: (user) => nameSortKey(user.displayName, 'fr'),
  username: (user) => user.username,
  lastSignIn: (user) => user.lastSignInAt ?? 0,
};

function compare(one: string | number, other: string | number): number {
  if (typeof one === 'number' || typeof other === 'number') return Number(one) - Number(other);
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

const sorted = (sort: SortKey, descending: boolean): string[] => {
  const order = [...users].sort(
    (one, other) => compare(keyOf[sort](one), keyOf[sort](other)) || compare(one.id, other.id),
  );
  return (descending ? order.reverse() : order).map(({ id }) => id);
};

const everything = { search: null, level: null, status: null, sort: 'name', descending: false, from: null } as const;

const directions = (sort: SortKey): Pick<PageRequest, 'sort' | 'descending' | 'from'>[] =>
  [false, true].flatMap((descending) =>
    ([null, 'after', 'before'] as const).map((side) => ({
      sort,
      descending,
      from: side && { side, cursor: { key: sort === 'lastSignIn' ? start : 'm', id: 'm' } },
    })),
  );

// Encodes and decodes the cursor, as in the URL of a page.
const placeOf = (user: Keyed, sort: SortKey) => decodeCursor(encodeCursor(user, sort, 'fr'), sort)!;

/** Follows the pages from one end to the other, like the links of the pager. */
async function walk(
  database: Database,
  scope: Scope,
  overrides: Partial<PageRequest>,
  side: 'after' | 'before',
): Promise<string[]> {
  const request: PageRequest = { ...everything, ...overrides };
  const seen: string[] = [];
  let from = request.from;
  for (let pages = 0; pages <= users.length; pages++) {
    const rows = await usersStore.page(database, scope, { ...request, from });
    const page = rows.slice(0, pageSize);
    seen.push(...page.map(({ id }) => id));
    if (rows.length <= pageSize) return seen;
    from = { side, cursor: placeOf(page.at(-1)!, request.sort) };
  }
  throw new Error('The pages do not end');
}

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the list of users on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const scope = await newTenant(database);
    const stranger = await newTenant(database);
    for (const user of users) await usersStore.insert(database, scope, user);
    await usersStore.insert(database, stranger, newUser({ displayName: 'Zoé Besson' }));

    const idsOf = async (overrides: Partial<PageRequest>): Promise<string[]> =>
      walk(database, scope, overrides, 'after');
    const namesOf = async (search: string): Promise<string[]> => {
      const rows = await usersStore.page(database, scope, { ...everything, search });
      return rows.map(({ displayName }) => displayName);
    };

    for (const sort of sortKeys) {
      for (const descending of [false, true]) {
        test(`returns each user once in byte order, by ${sort}, ${descending ? 'descending' : 'ascending'}`, async () => {
          assert.deepEqual(await idsOf({ sort, descending }), sorted(sort, descending));
        });

        test(`keeps the order when paging backward, by ${sort}, ${descending ? 'descending' : 'ascending'}`, async () => {
          const order = sorted(sort, descending);
          const last = await usersStore.find(database, scope, order.at(-1) ?? '');
          const back = await walk(
            database,
            scope,
            { sort, descending, from: { side: 'before', cursor: placeOf(last!, sort) } },
            'before',
          );
          assert.deepEqual(back.reverse(), order.slice(0, -1));
        });
      }
    }

    test('can be queried with every combination of filters, sort keys and directions', async () => {
      const requests = sortKeys.flatMap((sort) =>
        [null, ...levelFilters].flatMap((level) =>
          [null, ...statusFilters].flatMap((status) =>
            [null, 'zoe'].flatMap((search) => directions(sort).map((each) => ({ ...each, level, status, search }))),
          ),
        ),
      );
      assert.equal(requests.length, 3 * 9 * 5 * 2 * 6);
      for (const request of requests) {
        const rows = await usersStore.page(database, scope, request);
        assert.ok(rows.every(({ id }) => users.some((user) => user.id === id)));
      }
    });

    test('ignores case and accents in searches', async () => {
      assert.equal((await namesOf('ZOÉ')).length, 7);
      assert.deepEqual(await namesOf('strasse'), await namesOf('STRAẞE'));
      assert.equal((await namesOf('strasse')).length, 3);
      assert.deepEqual(await namesOf('Юл'), ['Юлия']);
      assert.deepEqual(await namesOf(users[31]!.username), [users[31]?.displayName]);
    });

    test('searches for words and treats all other characters as separators', async () => {
      for (const search of ['%', '_', '\\', '”', '—', '😀']) assert.deepEqual(await namesOf(search), [], search);
      assert.deepEqual((await namesOf('100_')).sort(), ['100 % Pure', '100_Pure']);
      assert.deepEqual(await namesOf('slash%back'), ['back\\slash']);
      assert.deepEqual(await namesOf("'; drop"), ["'; drop table users; --"]);
    });

    test('filters by level and status, without deleted users or other tenants', async () => {
      const other = await newTenant(database);
      const add = (overrides: Parameters<typeof newUser>[0]) => usersStore.insert(database, other, newUser(overrides));
      await add({ displayName: 'Gone', state: 'deleted' });
      await add({ displayName: 'Blocked', state: 'blocked' });
      await add({ displayName: 'Blocked, temporary', state: 'blocked', password: 'temporary' });
      await add({ displayName: 'Global', administratorLevel: 'global' });
      await add({ displayName: 'Sales', agentLevel: 'sales', password: 'temporary', temporaryUntil: start });
      const names = async (overrides: Partial<PageRequest>) =>
        (await usersStore.page(database, other, { ...everything, ...overrides })).map(({ displayName }) => displayName);
      assert.deepEqual(await names({}), ['Blocked', 'Blocked, temporary', 'Global', 'Sales']);
      assert.deepEqual(await names({ status: 'blocked' }), ['Blocked', 'Blocked, temporary']);
      assert.deepEqual(await names({ status: 'active' }), ['Global']);
      assert.deepEqual(await names({ status: 'passwordChange' }), ['Sales']);
      assert.deepEqual(await names({ level: 'global' }), ['Global']);
      assert.deepEqual(await names({ level: 'salesAgent' }), ['Sales']);
      assert.deepEqual(await names({ level: 'none', status: 'active' }), []);
    });

    test('returns no users of other tenants for a forged cursor', async () => {
      const [other] = await usersStore.page(database, stranger, everything);
      const cursor = placeOf(other!, 'name');
      for (const side of ['after', 'before'] as const) {
        const rows = await usersStore.page(database, scope, { ...everything, from: { side, cursor } });
        assert.ok(rows.every(({ id }) => users.some((user) => user.id === id)));
      }
    });
  });
}

describe('decodeCursor', () => {
  const text = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const table: [what: string, text: string, sort: SortKey][] = [
    ['an empty string', '', 'name'],
    ['invalid JSON', 'e30x', 'name'],
    ['null', text(null), 'name'],
    ['an object', text({ 0: 'a', 1: 'b' }), 'name'],
    ['a number for a name', text([1, 'id']), 'name'],
    ['a name for a time', text(['a', 'id']), 'lastSignIn'],
    ['a fractional time', text([0.5, 'id']), 'lastSignIn'],
    ['a time out of range', text([1e300, 'id']), 'lastSignIn'],
    ['an array for an id', text(['a', ['id']]), 'name'],
    ['a missing id', text(['a']), 'username'],
    ['a NUL in the name, which PostgreSQL does not accept', text(['a\0', 'id']), 'name'],
    ['a NUL in the id', text(['a', 'id\0']), 'name'],
  ];
  for (const [what, cursor, sort] of table)
    test(`rejects ${what}`, () => assert.equal(decodeCursor(cursor, sort), null));
});
