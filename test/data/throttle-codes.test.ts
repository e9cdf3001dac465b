import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { CodeAttempt } from '../../src/core/accounts/throttles/code-throttle.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { throttleKeysOf } from '../../src/core/accounts/throttles/throttle-keys.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, open, worldwide } from './databases.ts';
import { codeAttempt } from './throttle-waits.ts';

const places = ['signIn', 'knownDevice', 'session'] as const;
const maxPerWindow = 5;
const maxPerDay = 20;

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`attempts with codes, on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const { codes, deleteCounts } = createThrottle(database, worldwide, () => Date.now());
    beforeEach(() => database.knex('throttles').delete());
    const isAccepted = async (attempt: CodeAttempt): Promise<boolean> =>
      (await codes.consume(attempt, maxPerWindow)) === null;
    const aQuarterPasses = () => database.knex('throttles').where('key', 'like', 'code:%').delete();
    const inPlace = (owner: CodeAttempt, place: CodeAttempt['place']): CodeAttempt =>
      codeAttempt({ username: owner.username, place, knownDevice: place === 'knownDevice' ? 'mark' : null });

    /** @returns the number of accepted attempts in a day */
    async function attemptAllDay(attempt: CodeAttempt): Promise<number> {
      let accepted = 0;
      for (let n = 0; n < maxPerDay + maxPerWindow; n++) {
        if (n % maxPerWindow === 0) await aQuarterPasses();
        accepted += Number(await isAccepted(attempt));
      }
      return accepted;
    }

    for (const place of places) {
      test(`are limited to 20 per day (${place}), independently of the other places`, async () => {
        const owner = codeAttempt();
        assert.equal(await attemptAllDay(inPlace(owner, place)), maxPerDay);
        for (const other of places.filter((each) => each !== place)) {
          assert.ok(await isAccepted(inPlace(owner, other)), other);
        }
      });
    }

    test('are accepted again at sign-in after a recovery code, but not beyond the daily limit', async () => {
      const owner = codeAttempt();
      for (let n = 0; n < maxPerWindow; n++) await isAccepted(owner);
      assert.equal(await isAccepted(owner), false);
      await codes.reset({ ...owner, kind: 'recovery' }, maxPerWindow);
      assert.ok(await isAccepted(owner));
      assert.ok((await attemptAllDay(owner)) < maxPerDay);
    });

    test('leave no counts for an erased user, except those of a browser or session, which expire within minutes', async () => {
      const owner = codeAttempt();
      for (const place of places) await isAccepted(inPlace(owner, place));
      const keysOf = async () =>
        (await database.knex('throttles').select<{ key: string }[]>('key')).map(({ key }) => key);
      const ofUser = throttleKeysOf({ id: 'erased', username: owner.username, epoch: 0 });
      assert.equal((await keysOf()).filter((key) => ofUser.includes(key)).length, 7);
      await deleteCounts({ username: owner.username, epoch: 0 });
      assert.deepEqual(
        (await keysOf()).filter((key) => !key.startsWith('code:')),
        [],
      );
    });
  });
}
