import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { purge } from '../../src/core/retention/expired.store.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, open, worldwide } from './databases.ts';
import { attempt, createWaitingThrottle, takeRepeatedly } from './throttle-waits.ts';

const day = 24 * 60 * 60_000;

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the stored counts of throttles on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const throttle = createWaitingThrottle(database, worldwide);

    for (const [act, max] of [
      ['reset', 90],
      ['change', 10],
    ] as const) {
      test(`allow a signed-in user to ${act} passwords ${max} times per minute`, async () => {
        const waits = await Promise.all(Array.from({ length: max + 1 }, () => throttle.takeBudget(act, 'actor')));
        assert.equal(waits.filter((wait) => wait === 0).length, max);
        assert.ok(Math.max(...waits) <= 60);
        assert.equal(await throttle.takeBudget(act, 'another actor'), 0);
      });
    }

    test('mark the first rejected attempt of a block', async () => {
      const one = attempt();
      const { consume } = createThrottle(database, worldwide, () => Date.now());
      const waits = [];
      for (let n = 0; n < 8; n++) waits.push(await consume(one));
      assert.deepEqual(
        waits.map((wait) => wait?.isFirstRefusal ?? null),
        [null, null, null, null, null, true, false, false],
      );
    });

    test('limit the log to 100 refused attempts and 100 failures per address and day, for any user names', async () => {
      const { shouldRecordRefusal, shouldRecordFailure } = createThrottle(database, worldwide, () => Date.now());
      const address = '203.0.113.77';
      let [refusals, failures] = [0, 0];
      for (let n = 0; n < 105; n++) {
        refusals += Number(await shouldRecordRefusal(attempt({ address }), { retryAfter: 60, isFirstRefusal: true }));
        failures += Number(await shouldRecordFailure(attempt({ address })));
      }
      assert.deepEqual([refusals, failures], [100, 100]);
      const wait = { retryAfter: 60, isFirstRefusal: false };
      assert.equal(await shouldRecordRefusal(attempt(), wait), false, 'not the first one');
      assert.equal(await shouldRecordFailure(attempt({ address, sessionId: 'open' })), true, 'in an open session');
    });

    test('are restored for an attempt that could not be verified', async () => {
      const one = attempt();
      for (let n = 0; n < 12; n++) {
        assert.equal(await throttle.take(one), 0);
        await throttle.refund(one);
      }
    });

    test('apply to every node, because they are in the database', async () => {
      const one = attempt();
      await takeRepeatedly(throttle, 5, () => one);
      assert.ok((await createWaitingThrottle(database, worldwide).take(one)) > 890);
    });

    test('contain no user names or addresses', async () => {
      await throttle.take(attempt({ username: 'canary@a.example', address: '192.0.2.99' }));
      const rows = await database.knex('throttles').select<{ key: string }[]>();
      assert.doesNotMatch(JSON.stringify(rows), /canary|192\.0\.2|example/);
    });

    test('are deleted after they expire', async () => {
      const one = attempt();
      await throttle.take(one);
      await purge(database, worldwide, Date.now());
      assert.equal((await throttle.take(one)) + (await throttle.take(one)), 0);
      await purge(database, worldwide, Date.now() + 2 * day);
      const left = await database.knex('throttles').select<{ key: string }[]>('key');
      assert.ok(left.length > 0);
      assert.ok(
        left.every(({ key }) => key.startsWith('row:')),
        'failed attempts in a row are kept for a year',
      );
    });

    test('reject every attempt if their table is missing', async () => {
      await database.knex.schema.renameTable('throttles', 'away');
      await assert.rejects(throttle.take(attempt()));
      await database.knex.schema.renameTable('away', 'throttles');
    });
  });
}
