import assert from 'node:assert/strict';
import { beforeEach, describe, mock, test } from 'node:test';
import { createLinkThrottle } from '../../src/core/accounts/throttles/link-throttle.ts';
import { budgetedActions } from '../../src/core/accounts/throttles/throttle-keys.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, open, worldwide } from './databases.ts';
import { attempt, codeAttempt, createWaitingThrottle } from './throttle-waits.ts';

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;
const dayMs = 24 * hourMs;
const shifts = [
  ['an hour ahead', hourMs],
  ['a day ahead', dayMs],
  ['a year ahead', 365 * dayMs],
  ['an hour behind', -hourMs],
  ['a day behind', -dayMs],
] as const;
// The times are computed before the database is queried, so two shifts are enough on the second database.
const shiftsOnPostgres: readonly string[] = ['a year ahead', 'a day behind'];
const minute = 60;
const hour = 60 * minute;

/** Runs work with the wall clock changed. The throttles read the time themselves. */
async function atTime<T>(byMs: number, work: () => Promise<T>): Promise<T> {
  mock.timers.enable({ apis: ['Date'], now: Date.now() + byMs });
  try {
    return await work();
  } finally {
    mock.timers.reset();
  }
}

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`throttles and a wrong clock on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { database } = await open(config);
    beforeEach(() => database.knex('throttles').delete());
    const throttle = createWaitingThrottle(database, worldwide);
    const links = createLinkThrottle(database);
    let people = 0;
    const budgetSeconds: Partial<Record<string, number>> = { logExport: 10 * minute, approval: hour };

    /** Each throttle: its longest wait in seconds, and a function that returns attempts by a new user. */
    const throttles: readonly (readonly [label: string, longest: number, create: () => () => Promise<number>])[] = [
      ['the password of a user at an address', 15 * minute, () => throttle.take.bind(null, attempt())],
      [
        'the password of a user',
        hour,
        () => withEach((each, one) => throttle.take({ ...one, address: `10.1.${each}.9` })),
      ],
      [
        'passwords from an address',
        15 * minute,
        () => {
          const names = Array.from({ length: 50 }, () => attempt());
          return withEach((each, { address }) => throttle.take({ ...names[each % names.length]!, address }));
        },
      ],
      ['temporary passwords', 15 * minute, () => throttle.take.bind(null, attempt({ kind: 'temporary' }))],
      ['codes', 15 * minute, () => codes()],
      ...budgetedActions.map(
        (action) =>
          [
            `the budget ${action}`,
            budgetSeconds[action] ?? minute,
            () => throttle.takeBudget.bind(null, action, `user ${++people}`, 5),
          ] as const,
      ),
      ['links', 10 * minute, () => () => seconds(links.consumeLink(`198.51.100.${people}`))],
      ['recoveries', hour, () => () => seconds(links.consumeRecovery(`user ${people}`, '203.0.113.1'))],
    ];
    const seconds = async (wait: Promise<{ retryAfter: number } | null>): Promise<number> =>
      (await wait)?.retryAfter ?? 0;
    function withEach(take: (each: number, one: ReturnType<typeof attempt>) => Promise<number>) {
      const one = attempt();
      let each = 0;
      return () => take(++each, one);
    }
    function codes(): () => Promise<number> {
      const owner = codeAttempt();
      return () => seconds(throttle.codes.consume(owner, 5));
    }
    async function takeUntilBlocked(take: () => Promise<number>): Promise<number> {
      for (let n = 0; n < 300; n++) {
        const wait = await take();
        if (wait > 0) return wait;
      }
      return assert.fail('was not blocked');
    }

    for (const [label, longest, create] of throttles) {
      for (const [when, byMs] of shifts.filter(
        ([each]) => config.kind === 'sqlite' || shiftsOnPostgres.includes(each),
      )) {
        test(`${label}: a block that was set while the clock was ${when} ends within its regular duration`, async () => {
          people++;
          const take = create();
          await atTime(byMs, () => takeUntilBlocked(take));
          const wait = await take();
          assert.ok(wait <= longest, `${wait} s`);
          if (byMs > 0) assert.ok(wait > 0, 'the block still applies');
          assert.equal(await atTime(longest * secondMs + secondMs, take), 0);
        });
      }

      test(`${label}: attempts that were counted while the clock was ahead expire within their regular period`, async () => {
        const take = create();
        await atTime(2 * 365 * dayMs, take);
        await take();
        const rows = await database.knex('throttles').select<{ key: string; points: number; expire: number }[]>();
        for (const { key, points, expire } of rows.filter((row) => row.points > 1)) {
          const windowMs = /^(row|codeRow):/.test(key) ? 365 * dayMs : dayMs;
          assert.ok(expire <= Date.now() + windowMs, `${key} ${points}`);
        }
      });
    }
  });
}
