import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { postgres } from '../support/services.ts';
import { eachDialect, open, worldwide } from './databases.ts';
import { attempt, createWaitingThrottle, takeRepeatedly } from './throttle-waits.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** Runs work with the wall clock frozen at a time in epoch ms. */
async function atTime<T>(now: number, work: () => Promise<T>): Promise<T> {
  mock.timers.enable({ apis: ['Date'], now });
  try {
    return await work();
  } finally {
    mock.timers.reset();
  }
}

/**
 * Makes repeated attempts: each time once too early, and once after the wait.
 * @returns the waits in minutes, rounded
 */
async function waitsAfter(take: () => Promise<number>, count: number): Promise<number[]> {
  const waits: number[] = [];
  let now = Date.now();
  for (let n = 0; n < count; n++) {
    const wait = await atTime(now, take);
    waits.push(Math.round(wait / 60));
    now += wait * 1_000;
    assert.ok((await atTime(now - 2_000, take)) > 0, 'too early');
    assert.equal(await atTime(now, take), 0, 'after the wait');
  }
  return waits;
}

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`increasing waits on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const throttle = createWaitingThrottle(database, worldwide);

    test('delay further attempts with a user name after 50 from different addresses, doubling up to an hour', async () => {
      const one = attempt();
      const next = (n: number) => ({ ...one, address: `10.0.0.${n}` });
      assert.deepEqual(
        await takeRepeatedly(throttle, 50, next),
        Array.from({ length: 50 }, () => 0),
      );
      assert.deepEqual(await waitsAfter(() => throttle.take(next(51)), 9), [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    });

    test('accept only one of 20 concurrent attempts after a wait', async () => {
      const one = attempt();
      const next = (n: number) => ({ ...one, address: `10.0.2.${n}` });
      await takeRepeatedly(throttle, 51, next);
      await atTime(Date.now() + minute, async () => {
        const waits = await Promise.all(Array.from({ length: 20 }, (_, n) => throttle.take(next(n))));
        assert.equal(waits.filter((wait) => wait === 0).length, 1);
        assert.equal(Math.max(...waits), 120);
      });
    });

    test('expire after a day without attempts with the user name', async () => {
      const one = attempt();
      const next = (n: number) => ({ ...one, address: `10.0.3.${n}` });
      await takeRepeatedly(throttle, 50, next);
      const now = Date.now();
      assert.equal(await atTime(now + day - minute, () => throttle.take(next(60))), 0, 'the wait has passed');
      assert.equal(await atTime(now + day, () => throttle.take(next(61))), 60, 'that attempt counted');
      const later = await atTime(now + 2 * day, () => takeRepeatedly(throttle, 2, (n) => next(70 + n)));
      assert.deepEqual(later, [0, 0]);
    });

    test('do not count an attempt refused during a wait, for either its address or the account', async () => {
      const one = attempt();
      await takeRepeatedly(throttle, 50, (n) => ({ ...one, address: `10.0.4.${n}` }));
      const office = { ...one, address: '10.0.4.200' };
      await takeRepeatedly(throttle, 30, () => office);
      assert.deepEqual(await waitsAfter(() => throttle.take(office), 3), [1, 2, 4]);
    });
  });
}
