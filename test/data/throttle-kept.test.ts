import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { purge } from '../../src/core/retention/expired.store.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { postgres } from '../support/services.ts';
import { both, open, worldwide } from './databases.ts';
import { attempt, countingIn, tries } from './throttling.ts';

const day = 24 * 60 * 60_000;

for (const { dialect, config, skip } of both(await postgres())) {
  describe(`what throttles keep, on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const throttle = countingIn(database, worldwide);

    for (const [act, most] of [
      ['reset', 90],
      ['change', 10],
    ] as const) {
      test(`a signed-in person may ${act} passwords ${most} times a minute`, async () => {
        const waits = await Promise.all(Array.from({ length: most + 1 }, () => throttle.takeBudget(act, 'actor')));
        assert.equal(waits.filter((wait) => wait === 0).length, most);
        assert.ok(Math.max(...waits) <= 60);
        assert.equal(await throttle.takeBudget(act, 'another actor'), 0);
      });
    }

    test('the first refusal of a block says that it is the first', async () => {
      const one = attempt();
      const { consume } = createThrottle(database, worldwide);
      const waits = [];
      for (let n = 0; n < 8; n++) waits.push(await consume(one));
      assert.deepEqual(
        waits.map((wait) => wait?.isFirstRefusal ?? null),
        [null, null, null, null, null, true, false, false],
      );
    });

    test('a try that nobody looked at is given back', async () => {
      const one = attempt();
      for (let n = 0; n < 12; n++) {
        assert.equal(await throttle.take(one), 0);
        await throttle.refund(one);
      }
    });

    test('hold on every node, since they lie in the database', async () => {
      const one = attempt();
      await tries(throttle, 5, () => one);
      assert.ok((await countingIn(database, worldwide).take(one)) > 890);
    });

    test('their table names nobody', async () => {
      await throttle.take(attempt({ username: 'canary@a.example', address: '192.0.2.99' }));
      const rows = await database.knex('throttles').select<{ key: string }[]>();
      assert.doesNotMatch(JSON.stringify(rows), /canary|192\.0\.2|example/);
    });

    test('are swept out when they have run out', async () => {
      const one = attempt();
      await throttle.take(one);
      await purge(database, worldwide, Date.now());
      assert.equal((await throttle.take(one)) + (await throttle.take(one)), 0);
      await purge(database, worldwide, Date.now() + 2 * day);
      const left = await database.knex('throttles').select<{ key: string }[]>('key');
      assert.ok(left.length > 0);
      assert.ok(
        left.every(({ key }) => key.startsWith('row:')),
        'wrong tries in a row stay for a year',
      );
    });

    test('fail closed: without their table nobody gets a try', async () => {
      await database.knex.schema.renameTable('throttles', 'away');
      await assert.rejects(throttle.take(attempt()));
      await database.knex.schema.renameTable('away', 'throttles');
    });
  });
}
