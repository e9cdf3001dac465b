import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile, type Build } from '../../src/platform/database/database.ts';
import {
  levelFilters,
  sortKeys,
  statusFilters,
  type PageRequest,
} from '../../src/core/accounts/stores/users.queries.ts';
import * as queries from '../../src/core/accounts/stores/users.queries.ts';
import { newTenant, newUser, open, sqliteFile } from './databases.ts';
import type { NewUser } from '../../src/core/accounts/stores/users.mapping.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const kinds: Partial<NewUser>[] = [
  {},
  { password: 'temporary', temporaryUntil: 1 },
  { state: 'blocked' },
  { administratorLevel: 'global', agentLevel: 'sales' },
];

/** The expected plan for a page: the index of its sort order or, with statistics, the index of its filter. */
const entry = (users: number): RegExp =>
  users > 1
    ? /^SEARCH users USING INDEX users_\w+ \(tenant_id=\?/
    : /^SEARCH users USING INDEX users_by_(name|username|last_sign_in) \(tenant_id=\?( AND .*)?\)$/;

// SQLite must choose the right indexes without statistics, and keep using them with statistics.
for (const users of [1, 20_000])
  describe(`the user list on SQLite ${users > 1 ? `with statistics of ${users} users` : 'without statistics'}`, async () => {
    const { database } = await open(sqliteFile());
    const scope = await newTenant(database);
    await database.transaction(async (tx) => {
      for (let each = 0; each < users; each++) await usersStore.insert(tx, scope, newUser(kinds[each % kinds.length]));
    });
    if (users > 1) {
      await database.optimize();
      const analyzed = await database.knex('sqlite_stat1').where({ tbl: 'users' });
      assert.ok(analyzed.length > 0, 'there are statistics');
    }
    const { knex } = database;

    const planOf = async (build: Build, asked: queries.PageQuery): Promise<string> => {
      const { sql, bind } = compile(knex, build);
      const values = bind({ ...queries.valuesOf(asked), numbers: '[1]', endKey: 'b', endId: 'b' });
      const rows = await knex.raw<{ detail: string }[]>(`explain query plan ${sql}`, values);
      return rows.map(({ detail }) => detail).join('\n');
    };
    const asked = (overrides: Partial<PageRequest>): queries.PageQuery =>
      queries.toPageQuery(scope, {
        ...{ search: null, level: null, status: null, sort: 'name', descending: false, from: null },
        ...overrides,
      })!;
    const froms = [null, ...(['after', 'before'] as const).map((side) => ({ side, cursor: { key: 'a', id: 'a' } }))];
    const requests = sortKeys.flatMap((sort) =>
      froms.flatMap((from) =>
        [null, 'zoe', 'zoe besson m'].flatMap((search) =>
          [null, levelFilters[1], levelFilters[6]].flatMap((level) =>
            [null, ...statusFilters].map((status) => asked({ sort, from, search, level, status })),
          ),
        ),
      ),
    );

    test(
      users > 1 ? 'reads a page through an index of the tenant' : 'seeks to the cursor in an index without sorting',
      async () => {
        for (const each of requests) {
          for (const ends of [false, true]) {
            const plan = await planOf((sql, $) => queries.selectPage(sql, $, each, ends), each);
            assert.match(plan, entry(users));
            if (users === 1)
              assert.equal(plan.includes(',id)>(?,?)') || plan.includes(',id)<(?,?)'), each.cursor !== null || ends);
          }
        }
      },
    );

    test('finds the end of each step in a covering index', async () => {
      for (const each of requests) {
        const walk = /^SEARCH users USING COVERING INDEX users_by_(name|username|last_sign_in) /;
        assert.match(await planOf((sql, $) => queries.selectStepEnd(sql, $, each, 9), each), walk);
      }
    });

    test('reads only the users that an index returned', async () => {
      for (const each of requests) {
        const plan = await planOf((sql, $) => queries.selectFromCandidates(sql, $, each), each);
        assert.match(plan, /^SEARCH users USING INDEX users_by_number \(number=\?\)\n/);
        assert.doesNotMatch(plan, /SCAN users/);
      }
    });

    const holders: [overrides: Pick<Partial<PageRequest>, 'level' | 'status'>, indexes: string[]][] = [
      [{ level: 'global' }, ['users_administrators']],
      [{ level: 'salesAgent' }, ['users_agents']],
      [{ status: 'blocked' }, ['users_blocked']],
      [{ status: 'passwordChange', level: 'billing' }, ['users_administrators', 'users_awaiting_change']],
      [{ status: 'active', level: 'none' }, []],
      [{ level: 'noneAgent' }, []],
    ];
    for (const [overrides, indexes] of holders) {
      test(`uses ${indexes.join(' and ') || 'no index'} for the filter ${Object.values(overrides).join(' and ')}`, async () => {
        const each = asked(overrides);
        const plans = queries
          .partialIndexesFor(each)
          .map((index) => planOf((sql, $) => queries.selectFromPartialIndex(sql, $, index), each));
        assert.deepEqual(
          (await Promise.all(plans)).map((plan) => /^SEARCH users USING COVERING INDEX (\w+)/.exec(plan)?.[1]),
          indexes,
        );
      });
    }

    test('preserves the `number` column of users during VACUUM', async () => {
      const before = await knex('users').select('id', 'number');
      await knex.raw('vacuum');
      assert.deepEqual(await knex('users').select('id', 'number'), before);
    });
  });
