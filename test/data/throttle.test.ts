import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import type { RegionRules } from '../../src/domain/regions.ts';
import { digest } from '../../src/core/accounts/throttles/throttle-keys.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, open, worldwide } from './databases.ts';
import { attempt, createWaitingThrottle, takeRepeatedly, type WaitingThrottle } from './throttle-waits.ts';

const minute = 60_000;
const accepted = (waits: readonly number[]): number => waits.filter((wait) => wait === 0).length;

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`throttles on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const throttle = createWaitingThrottle(database, worldwide);
    const generous = { attempts: 10_000, windowMinutes: 1, blockMinutes: 1 };
    const throttleWith = (rules: Partial<RegionRules['throttle']>): WaitingThrottle =>
      createWaitingThrottle(database, { ...worldwide, throttle: { ...worldwide.throttle, ...rules } });

    test('block for 15 minutes after five attempts, in the same way for an unknown user name', async () => {
      const one = attempt();
      assert.deepEqual(await takeRepeatedly(throttle, 5, () => one), [0, 0, 0, 0, 0]);
      const wait = await throttle.take(one);
      assert.ok(wait > 890 && wait <= 900, String(wait));
      assert.ok((await throttle.take(one)) > 890);
    });

    test('allow only five of 20 concurrent attempts', async () => {
      const one = attempt();
      const waits = await Promise.all(Array.from({ length: 20 }, () => throttle.take(one)));
      assert.equal(waits.filter((wait) => wait === 0).length, 5);
    });

    test('do not block another user at the same address, or the same user at another address', async () => {
      const one = attempt();
      await takeRepeatedly(throttle, 6, () => one);
      assert.equal(await throttle.take({ ...one, username: 'else@a.example' }), 0);
      assert.equal(await throttle.take({ ...one, address: '198.51.100.1' }), 0);
    });

    test('are reset by the correct password', async () => {
      const one = attempt();
      await takeRepeatedly(throttle, 4, () => one);
      await throttle.reset(one);
      assert.deepEqual(await takeRepeatedly(throttle, 5, () => one), [0, 0, 0, 0, 0]);
      await throttle.reset(attempt());
    });

    test('do not block a user name in a browser in which its user has signed in before', async () => {
      const one = attempt();
      await takeRepeatedly(throttle, 51, (n) => ({ ...one, address: `10.0.1.${n}` }));
      const known = { ...one, address: '10.0.1.200', knownDevice: 'mark' };
      assert.deepEqual(
        await takeRepeatedly(throttle, 5, () => known),
        [0, 0, 0, 0, 0],
        'the browser has its own limit',
      );
      assert.ok((await throttle.take(known)) > 890);
      assert.equal(await throttle.take({ ...known, knownDevice: 'another mark' }), 0);
    });

    test('do not allow more attempts with several device tokens', async () => {
      const one = attempt();
      const waits = await takeRepeatedly(throttle, 51, (n) => ({ ...one, knownDevice: `mark ${n}` }));
      assert.equal(waits.filter((wait) => wait === 0).length, 50);
      assert.equal(waits[50], 60);
    });

    test('allow an address with 100 failures two attempts per user name', async () => {
      const address = '203.0.113.9';
      assert.equal(accepted(await takeRepeatedly(throttle, 100, () => attempt({ address }))), 100);
      const colleague = attempt({ address });
      const waits = await takeRepeatedly(throttle, 3, () => colleague);
      assert.deepEqual(waits.slice(0, 2), [0, 0]);
      assert.ok((waits[2] ?? 0) > 890 && (waits[2] ?? 0) <= 900, String(waits[2]));
      assert.equal(await throttle.take({ ...colleague, address: '203.0.113.10' }), 0, 'from another address');
      const right = attempt({ address });
      for (let round = 0; round < 3; round++) {
        assert.equal(await throttle.take(right), 0, `round ${round}`);
        await throttle.reset(right);
      }
    });

    test('limit an address with 100 failures to 500 more attempts in 15 minutes', async () => {
      const address = '203.0.113.11';
      await takeRepeatedly(throttle, 101, () => attempt({ address }));
      const reserve = database.knex('throttles').where({ key: `reserveAddress:${digest(address)}` });
      assert.equal(await reserve.update({ points: 499 }), 1);
      const waits = await takeRepeatedly(throttle, 2, () => attempt({ address }));
      assert.equal(accepted(waits), 1);
      assert.ok((waits[1] ?? 0) > 890, String(waits[1]));
    });

    test('block an account after 100 failed attempts in a row, even under generous rules', async () => {
      const patient = throttleWith({ perAccountAndAddress: generous, perAccount: generous, perAddress: generous });
      const one = attempt();
      const waits = await takeRepeatedly(patient, 102, () => one);
      assert.equal(waits.filter((wait) => wait === 0).length, 100);
      assert.ok((waits[101] ?? 0) > 0);
      assert.ok((await patient.take(one)) > 86_000);
    });

    test('start over when the password is replaced', async () => {
      const patient = throttleWith({ perAccountAndAddress: generous, perAccount: generous, perAddress: generous });
      const one = attempt();
      await takeRepeatedly(patient, 101, () => one);
      assert.equal(await patient.take({ ...one, epoch: 1 }), 0);
      const other = attempt();
      await takeRepeatedly(throttle, 6, () => other);
      assert.equal(await throttle.take({ ...other, epoch: 1 }), 0);
    });

    test('treat an IPv6 network as one address, and all notations of an IPv4 address as the same', async () => {
      const one = attempt({ address: '2001:db8:1:2::1' });
      await takeRepeatedly(throttle, 6, (n) => ({ ...one, address: `2001:db8:1:2:${n}::${n}` }));
      assert.ok((await throttle.take({ ...one, address: '2001:db8:1:2:ffff::' })) > 0);
      assert.equal(await throttle.take({ ...one, address: '2001:db8:1:3::1' }), 0);
      assert.ok((await throttle.take({ ...one, address: '[2001:db8:1:2::9]:443' })) > 0, 'with its port');
      const other = attempt({ address: '198.51.100.77' });
      await takeRepeatedly(throttle, 6, (n) => ({
        ...other,
        address: n % 2 ? '198.51.100.77' : '::ffff:198.51.100.77',
      }));
      assert.ok((await throttle.take(other)) > 0);
      assert.equal(await throttle.take({ ...other, address: '198.51.100.78' }), 0);
    });

    test('allow attempts again after the block', async () => {
      const one = attempt();
      await takeRepeatedly(throttle, 6, () => one);
      mock.timers.enable({ apis: ['Date'], now: Date.now() + 15 * minute + 1_000 });
      assert.equal(await throttle.take(one), 0);
      mock.timers.reset();
    });
  });
}
