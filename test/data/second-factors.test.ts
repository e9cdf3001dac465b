import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { Failure } from '../../src/domain/errors.ts';
import { createVault } from '../../src/platform/keys/vault.ts';
import { generateSeed, seedPurpose, matchingTimeStep } from '../../src/platform/keys/totp.ts';
import * as secondFactorsStore from '../../src/core/accounts/stores/second-factors.store.ts';
import * as seedsStore from '../../src/core/accounts/stores/seeds.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open, start } from './databases.ts';

const minuteMs = 60_000;
const codeAt = (seed: string, at: number): string =>
  new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: at });

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`second factors on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const { knex } = database;
    const scope = await newTenant(database);
    const vault = createVault(['a key of thirty-two characters or more']);
    const other = createVault(['another key of thirty-two characters or more']);

    async function enrollUser(): Promise<{ id: string; seed: string; insert: () => Promise<boolean> }> {
      const user = newUser();
      await usersStore.insert(database, scope, user);
      const seed = generateSeed();
      const step = matchingTimeStep(seed, codeAt(seed, start), start) ?? 0;
      const factor = { seed: vault.seal(seed, seedPurpose(user.id)), step, recoveryDigests: ['a', 'b'], at: start };
      const insert = () => database.transaction((tx) => secondFactorsStore.insert(tx, scope, user.id, factor));
      assert.equal(await insert(), true);
      return { id: user.id, seed, insert };
    }
    /** Adds another authenticator app to a user. @returns its seed */
    async function addAnotherApp(id: string, by = vault): Promise<string> {
      const seed = generateSeed();
      const { text, keyId } = by.seal(seed, seedPurpose(id));
      const totp = { user_id: id, kind: 'totp', secret: text, key_id: keyId, used_steps: '', created_at: start };
      await knex('credentials').insert(totp);
      return seed;
    }
    const accept = (id: string, code: string, now: number): Promise<boolean> =>
      database.transaction((tx) => secondFactorsStore.acceptTotp(tx, vault, scope, id, { code, now }));

    /**
     * @returns the user's set-up time, which is read at each request, and the numbers of stored apps and recovery codes
     */
    async function factorState(id: string): Promise<[at: number | null, apps: number, codes: number]> {
      const rows = await knex('credentials').where({ user_id: id }).select<{ kind: string }[]>('kind');
      const countOf = (kind: string): number => rows.filter((row) => row.kind === kind).length;
      const user = await usersStore.find(database, scope, id);
      return [user?.secondFactorAt ?? null, countOf('totp'), countOf('recoveryCode')];
    }

    test('set `secondFactorAt` of the user exactly as long as an app is stored', async () => {
      const { id, insert } = await enrollUser();
      assert.deepEqual(await factorState(id), [start, 1, 2]);
      assert.equal(await insert(), false, 'the user already has a second factor');
      assert.deepEqual(await factorState(id), [start, 1, 2]);
      await secondFactorsStore.remove(database, scope, id);
      assert.deepEqual(await factorState(id), [null, 0, 0]);
      assert.equal(await insert(), true);
      assert.deepEqual(await factorState(id), [start, 1, 2]);
    });

    test('accept each code once, and no earlier code afterwards', async () => {
      const { id, seed } = await enrollUser();
      const now = start + minuteMs;
      assert.equal(await accept(id, codeAt(seed, start), start), false, 'the code was already used in the set-up');
      assert.equal(await accept(id, codeAt(seed, now), now), true);
      assert.equal(await accept(id, codeAt(seed, now), now), false);
      assert.equal(await accept(id, codeAt(seed, now - 30_000), now), false);
    });

    test('can consist of several apps with independent codes', async () => {
      const { id, seed } = await enrollUser();
      const second = await addAnotherApp(id);
      const now = start + minuteMs;
      for (const each of [seed, second]) assert.equal(await accept(id, codeAt(each, now), now), true);
      for (const each of [seed, second]) assert.equal(await accept(id, codeAt(each, now), now), false);
      await secondFactorsStore.remove(database, scope, id);
      assert.deepEqual(await factorState(id), [null, 0, 0]);
    });

    test('accept a code even if another seed cannot be decrypted, and fail as unavailable for a wrong code', async () => {
      const { id, seed } = await enrollUser();
      await addAnotherApp(id, other);
      const now = start + minuteMs;
      assert.equal(await accept(id, codeAt(seed, now), now), true);
      await assert.rejects(
        () => accept(id, '000000', now),
        (error) => error instanceof Failure && error.kind === 'unavailable',
      );
    });

    test('are re-encrypted with the first key, and counted if no key can decrypt them', async () => {
      await knex('credentials').where({ kind: 'totp' }).delete();
      const { id, seed } = await enrollUser();
      await addAnotherApp(id, createVault(['a lost key of thirty-two characters or more']));
      const eachDialect = createVault([
        'another key of thirty-two characters or more',
        'a key of thirty-two characters or more',
      ]);
      const first = await seedsStore.reencryptForOperator(database, eachDialect, 0, 1);
      const rest = await seedsStore.reencryptForOperator(database, eachDialect, first.last, 2);
      assert.deepEqual([first.found, first.unreadable, rest.found, rest.unreadable], [1, 0, 1, 1]);
      assert.equal(await seedsStore.countUnreadableForOperator(database, [eachDialect.keyId]), 1);
      const now = start + minuteMs;
      const accepted = secondFactorsStore.acceptTotp(database, eachDialect, scope, id, {
        code: codeAt(seed, now),
        now,
      });
      assert.equal(await accepted, true);
    });

    test('of another tenant are not accessible', async () => {
      const { id, seed } = await enrollUser();
      const elsewhere = await newTenant(database);
      const now = start + minuteMs;
      const typed = { code: codeAt(seed, now), now };
      assert.equal(await secondFactorsStore.acceptTotp(database, vault, elsewhere, id, typed), false);
      assert.equal(await secondFactorsStore.consumeRecoveryCode(database, elsewhere, id, 'a'), false);
      await secondFactorsStore.remove(database, elsewhere, id);
      assert.deepEqual(await factorState(id), [start, 1, 2]);
    });
  });
}
