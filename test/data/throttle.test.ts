import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import type { RegionRules } from '../../src/domain/regions.ts';
import { postgres } from '../support/services.ts';
import { both, open, worldwide } from './databases.ts';
import { attempt, countingIn, tries, type Counting } from './throttling.ts';

const minute = 60_000;

for (const { dialect, config, skip } of both(await postgres())) {
  describe(`throttles on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const throttle = countingIn(database, worldwide);
    const generous = { attempts: 10_000, windowMinutes: 1, blockMinutes: 1 };
    const tx = (rules: Partial<RegionRules['throttle']>): Counting =>
      countingIn(database, { ...worldwide, throttle: { ...worldwide.throttle, ...rules } });

    test('five tries are free, the sixth waits a quarter of an hour, whether or not anybody has the name', async () => {
      const one = attempt();
      assert.deepEqual(await tries(throttle, 5, () => one), [0, 0, 0, 0, 0]);
      const wait = await throttle.take(one);
      assert.ok(wait > 890 && wait <= 900, String(wait));
      assert.ok((await throttle.take(one)) > 890);
    });

    test('of 20 tries at once, five go through', async () => {
      const one = attempt();
      const waits = await Promise.all(Array.from({ length: 20 }, () => throttle.take(one)));
      assert.equal(waits.filter((wait) => wait === 0).length, 5);
    });

    test('somebody else at the same address, and the same name at another one, are free', async () => {
      const one = attempt();
      await tries(throttle, 6, () => one);
      assert.equal(await throttle.take({ ...one, username: 'else@a.example' }), 0);
      assert.equal(await throttle.take({ ...one, address: '198.51.100.1' }), 0);
    });

    test('the right password takes the count back', async () => {
      const one = attempt();
      await tries(throttle, 4, () => one);
      await throttle.reset(one);
      assert.deepEqual(await tries(throttle, 5, () => one), [0, 0, 0, 0, 0]);
      await throttle.reset(attempt());
    });

    test('a name that is guessed at from everywhere is closed after 50 tries, for a day', async () => {
      const one = attempt();
      const waits = await tries(throttle, 51, (n) => ({ ...one, address: `10.0.0.${n}` }));
      assert.deepEqual(
        waits.slice(0, 50),
        waits.slice(0, 50).map(() => 0),
      );
      assert.ok((waits[50] ?? 0) > 86_000);
    });

    test('but not for the browser in which its user signed in before', async () => {
      const one = attempt();
      await tries(throttle, 51, (n) => ({ ...one, address: `10.0.1.${n}` }));
      const known = { ...one, address: '10.0.1.200', knownDevice: 'mark' };
      assert.deepEqual(await tries(throttle, 5, () => known), [0, 0, 0, 0, 0], 'own tries, with a cap of their own');
      assert.ok((await throttle.take(known)) > 890);
      assert.equal(await throttle.take({ ...known, knownDevice: 'another mark' }), 0);
    });

    test('collected marks of browsers do not add up to more', async () => {
      const one = attempt();
      const waits = await tries(throttle, 51, (n) => ({ ...one, knownDevice: `mark ${n}` }));
      assert.equal(waits.filter((wait) => wait === 0).length, 50);
      assert.ok((waits[50] ?? 0) > 86_000);
    });

    test('an address that guesses at everybody is closed after 100 tries', async () => {
      const waits = await tries(throttle, 101, () => attempt({ address: '203.0.113.9' }));
      assert.equal(waits.filter((wait) => wait === 0).length, 100);
      assert.ok((waits[100] ?? 0) > 86_000);
    });

    test('no account takes more than 100 wrong tries in a row, however generous a region is', async () => {
      const patient = tx({ perAccountAndAddress: generous, perAccount: generous, perAddress: generous });
      const one = attempt();
      const waits = await tries(patient, 102, () => one);
      assert.equal(waits.filter((wait) => wait === 0).length, 100);
      assert.ok((waits[101] ?? 0) > 0);
      assert.ok((await patient.take(one)) > 86_000);
    });

    test('a password that was replaced starts over: tries at the old one do not count against it', async () => {
      const patient = tx({ perAccountAndAddress: generous, perAccount: generous, perAddress: generous });
      const one = attempt();
      await tries(patient, 101, () => one);
      assert.equal(await patient.take({ ...one, epoch: 1 }), 0);
      const other = attempt();
      await tries(throttle, 6, () => other);
      assert.equal(await throttle.take({ ...other, epoch: 1 }), 0);
    });

    test('a network of IPv6 counts as one address, and IPv4 however it is written', async () => {
      const one = attempt({ address: '2001:db8:1:2::1' });
      await tries(throttle, 6, (n) => ({ ...one, address: `2001:db8:1:2:${n}::${n}` }));
      assert.ok((await throttle.take({ ...one, address: '2001:db8:1:2:ffff::' })) > 0);
      assert.equal(await throttle.take({ ...one, address: '2001:db8:1:3::1' }), 0);
      assert.ok((await throttle.take({ ...one, address: '[2001:db8:1:2::9]:443' })) > 0, 'with its port');
      const other = attempt({ address: '198.51.100.77' });
      await tries(throttle, 6, (n) => ({ ...other, address: n % 2 ? '198.51.100.77' : '::ffff:198.51.100.77' }));
      assert.ok((await throttle.take(other)) > 0);
      assert.equal(await throttle.take({ ...other, address: '198.51.100.78' }), 0);
    });

    test('the block ends with its time', async () => {
      const one = attempt();
      await tries(throttle, 6, () => one);
      mock.timers.enable({ apis: ['Date'], now: Date.now() + 15 * minute + 1_000 });
      assert.equal(await throttle.take(one), 0);
      mock.timers.reset();
    });
  });
}
