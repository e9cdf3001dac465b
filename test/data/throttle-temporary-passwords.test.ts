import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { createThrottle, type Attempt } from '../../src/core/accounts/throttles/throttle.ts';
import { throttleKeysOf } from '../../src/core/accounts/throttles/throttle-keys.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, open, worldwide } from './databases.ts';
import { attempt, createWaitingThrottle, takeRepeatedly } from './throttle-waits.ts';

const maxAttempts = 250;
const quarterSeconds = 15 * 60;

/** @returns an attempt with a password in the format of a temporary password */
const temporary = (overrides: Partial<Attempt> = {}): Attempt => attempt({ kind: 'temporary', ...overrides });
const allowed = (waits: readonly number[]): number => waits.filter((wait) => wait === 0).length;

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`attempts with a temporary password, on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const throttle = createWaitingThrottle(database, worldwide);
    const counts = () =>
      database.knex('throttles').orderBy('key').select<{ key: string; points: number }[]>('key', 'points');

    test('are limited to 250 per address in 15 minutes, for any user names', async () => {
      const address = '203.0.113.20';
      const waits = await takeRepeatedly(throttle, maxAttempts, () => temporary({ address }));
      assert.equal(allowed(waits), maxAttempts);
      const wait = await throttle.take(temporary({ address }));
      assert.ok(wait > quarterSeconds - 10 && wait <= quarterSeconds, String(wait));
      assert.equal(await throttle.take(temporary()), 0, 'another address');
    });

    test('are not limited per user name', async () => {
      const one = temporary();
      assert.equal(
        allowed(await takeRepeatedly(throttle, maxAttempts, (n) => ({ ...one, address: `10.1.0.${n}` }))),
        maxAttempts,
      );
      assert.equal(await throttle.take({ ...one, address: '10.1.1.1' }), 0);
    });

    test('are counted separately from attempts with regular passwords', async () => {
      const one = attempt({ address: '203.0.113.21' });
      await takeRepeatedly(throttle, 6, () => one);
      await takeRepeatedly(throttle, 51, (n) => ({ ...one, address: `10.1.2.${n}` }));
      await takeRepeatedly(throttle, 101, () => attempt({ address: one.address }));
      assert.ok((await throttle.take(one)) > 0);
      assert.equal(await throttle.take({ ...one, kind: 'temporary' }), 0);
    });

    test('are not blocked by 100 consecutive failures with a regular password', async () => {
      const generous = { attempts: 10_000, windowMinutes: 1, blockMinutes: 1 };
      const limits = { perAccountAndAddress: generous, perAccount: generous, perAddress: generous };
      const patient = createWaitingThrottle(database, { ...worldwide, throttle: { ...worldwide.throttle, ...limits } });
      const one = attempt();
      await takeRepeatedly(patient, 101, () => one);
      assert.ok((await patient.take(one)) > 86_000);
      assert.equal(await patient.take({ ...one, kind: 'temporary' }), 0);
    });

    test('are not subject to a stricter limit of the tenant', async () => {
      const one = temporary({ maxAttempts: 1 });
      assert.equal(allowed(await takeRepeatedly(throttle, 20, () => one)), 20);
    });

    test('are counted only per address, even in a known browser', async () => {
      await database.knex('throttles').delete();
      await throttle.take(temporary({ address: '203.0.113.22' }));
      await throttle.take(temporary({ address: '203.0.113.22', knownDevice: 'mark' }));
      const rows = await counts();
      assert.equal(rows.length, 1);
      assert.match(rows[0]?.key ?? '', /^temporary:/);
      assert.equal(rows[0]?.points, 2);
    });

    test('are limited to 250 even if 300 arrive concurrently', async () => {
      const address = '203.0.113.23';
      const waits = await Promise.all(Array.from({ length: 300 }, () => throttle.take(temporary({ address }))));
      assert.equal(allowed(waits), maxAttempts);
    });

    test('are counted per IPv6 network', async () => {
      const waits = await takeRepeatedly(throttle, maxAttempts + 1, (n) =>
        temporary({ address: `2001:db8:7:7::${n.toString(16)}` }),
      );
      assert.equal(allowed(waits), maxAttempts);
      assert.equal(await throttle.take(temporary({ address: '2001:db8:7:8::1' })), 0);
    });

    test('are marked if they are the first attempt that a block rejects', async () => {
      const address = '203.0.113.24';
      const { consume } = createThrottle(database, worldwide, () => Date.now());
      for (let n = 0; n < maxAttempts; n++) await consume(temporary({ address }));
      assert.equal((await consume(temporary({ address })))?.isFirstRefusal, true);
      assert.equal((await consume(temporary({ address })))?.isFirstRefusal, false);
    });

    test('are allowed again after the block', async () => {
      const address = '203.0.113.25';
      await takeRepeatedly(throttle, maxAttempts + 1, () => temporary({ address }));
      mock.timers.enable({ apis: ['Date'], now: Date.now() + quarterSeconds * 1_000 + 1_000 });
      assert.equal(await throttle.take(temporary({ address })), 0);
      mock.timers.reset();
    });

    test('are not counted if the server was too busy to verify them', async () => {
      const one = temporary({ address: '203.0.113.26' });
      await takeRepeatedly(throttle, maxAttempts - 1, () => one);
      for (let n = 0; n < 5; n++) {
        assert.equal(await throttle.take(one), 0);
        await throttle.refund(one);
      }
    });

    test('are recorded in the log at most 50 times a day per user name and 100 times per address', async () => {
      const recorded = async (count: number, next: (n: number) => Attempt): Promise<number> => {
        let records = 0;
        for (let n = 0; n < count; n++) records += Number(await throttle.shouldRecordFailure(next(n)));
        return records;
      };
      const one = temporary();
      assert.equal(await recorded(60, (n) => ({ ...one, address: `10.1.3.${n}` })), 50);
      assert.equal(await recorded(110, () => temporary({ address: '203.0.113.28' })), 100);
      const own = attempt({ username: one.username, address: '203.0.113.28' });
      assert.equal(await throttle.shouldRecordFailure(own), true, 'a chosen password, which has its own limit');
      assert.equal(
        await throttle.take({ ...temporary(), address: '203.0.113.28' }),
        0,
        'the limit of attempts is not affected',
      );
    });

    test('leave no counts of an erased user', async () => {
      await database.knex('throttles').delete();
      const user = { id: 'erased', username: 'erased@a.example', epoch: 2 };
      for (const epoch of [0, 1, 2]) await throttle.shouldRecordFailure(temporary({ ...user, epoch }));
      const named = async () => (await counts()).map(({ key }) => key).filter((key) => key.startsWith('recordName:'));
      const keys = await named();
      assert.deepEqual(
        keys.filter((key) => !throttleKeysOf(user).includes(key)),
        [],
      );
      assert.equal(keys.length, 3);
      await throttle.deleteCounts(user);
      assert.deepEqual(await named(), []);
    });

    test('delete the failures of the user name from their address if they succeed, and are not counted themselves', async () => {
      await database.knex('throttles').delete();
      const one = attempt({ address: '203.0.113.27' });
      await takeRepeatedly(throttle, 5, () => one);
      const right = { ...one, kind: 'temporary' } as const;
      await throttle.take(right);
      await throttle.reset(right);
      const left = (await counts()).map(({ key, points }) => [key.split(':')[0], points]);
      assert.deepEqual(left, [
        ['account', 5],
        ['address', 5],
        ['temporary', 0],
      ]);
      assert.deepEqual(await takeRepeatedly(throttle, 5, () => one), [0, 0, 0, 0, 0]);
    });
  });
}
