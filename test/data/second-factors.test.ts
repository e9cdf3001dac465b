import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { Failure } from '../../src/domain/errors.ts';
import { createVault } from '../../src/platform/keys/vault.ts';
import { newSeed, seedOf, stepOf } from '../../src/platform/keys/totp.ts';
import * as secondFactorsStore from '../../src/core/accounts/stores/second-factors.store.ts';
import * as seedsStore from '../../src/core/accounts/stores/seeds.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { postgres } from '../support/services.ts';
import { both, newTenant, newUser, open, start } from './databases.ts';

const minuteMs = 60_000;
const codeAt = (seed: string, at: number): string =>
  new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: at });

for (const { dialect, config, skip } of both(await postgres())) {
  describe(`second factors on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const { knex } = database;
    const scope = await newTenant(database);
    const vault = createVault(['a key of thirty-two characters or more']);
    const other = createVault(['another key of thirty-two characters or more']);

    async function enrolled(): Promise<{ id: string; seed: string; insert: () => Promise<boolean> }> {
      const user = newUser();
      await usersStore.insert(database, scope, user);
      const seed = newSeed();
      const step = stepOf(seed, codeAt(seed, start), start) ?? 0;
      const factor = { seed: vault.seal(seed, seedOf(user.id)), step, recoveryDigests: ['a', 'b'], at: start };
      const insert = () => database.transaction((tx) => secondFactorsStore.insert(tx, scope, user.id, factor));
      assert.equal(await insert(), true);
      return { id: user.id, seed, insert };
    }
    /** Another app of the same user. */
    async function anotherApp(id: string, by = vault): Promise<string> {
      const seed = newSeed();
      const { text, keyId } = by.seal(seed, seedOf(id));
      const totp = { user_id: id, kind: 'totp', secret: text, key_id: keyId, last_step: 0, created_at: start };
      await knex('credentials').insert(totp);
      return seed;
    }
    const accept = (id: string, code: string, now: number): Promise<boolean> =>
      database.transaction((tx) => secondFactorsStore.acceptTotp(tx, vault, scope, id, { code, now }));

    /** What sign-in reads of the user at each request, beside what is there. */
    async function bothSay(id: string): Promise<[at: number | null, apps: number, codes: number]> {
      const rows = await knex('credentials').where({ user_id: id }).select<{ kind: string }[]>('kind');
      const countOf = (kind: string): number => rows.filter((row) => row.kind === kind).length;
      const user = await usersStore.find(database, scope, id);
      return [user?.secondFactorAt ?? null, countOf('totp'), countOf('recoveryCode')];
    }

    test('are said of the user exactly while there is an app', async () => {
      const { id, insert } = await enrolled();
      assert.deepEqual(await bothSay(id), [start, 1, 2]);
      assert.equal(await insert(), false, 'they have one');
      assert.deepEqual(await bothSay(id), [start, 1, 2]);
      await secondFactorsStore.remove(database, scope, id);
      assert.deepEqual(await bothSay(id), [null, 0, 0]);
      assert.equal(await insert(), true);
      assert.deepEqual(await bothSay(id), [start, 1, 2]);
    });

    test('accept each code once, and none of the time before', async () => {
      const { id, seed } = await enrolled();
      const now = start + minuteMs;
      assert.equal(await accept(id, codeAt(seed, start), start), false, 'it confirmed the set-up');
      assert.equal(await accept(id, codeAt(seed, now), now), true);
      assert.equal(await accept(id, codeAt(seed, now), now), false);
      assert.equal(await accept(id, codeAt(seed, now - 30_000), now), false);
    });

    test('may be several apps, each with its own codes', async () => {
      const { id, seed } = await enrolled();
      const second = await anotherApp(id);
      const now = start + minuteMs;
      for (const each of [seed, second]) assert.equal(await accept(id, codeAt(each, now), now), true);
      for (const each of [seed, second]) assert.equal(await accept(id, codeAt(each, now), now), false);
      await secondFactorsStore.remove(database, scope, id);
      assert.deepEqual(await bothSay(id), [null, 0, 0]);
    });

    test('accept a code beside an app whose seed no key opens, and say so where none is accepted', async () => {
      const { id, seed } = await enrolled();
      await anotherApp(id, other);
      const now = start + minuteMs;
      assert.equal(await accept(id, codeAt(seed, now), now), true);
      await assert.rejects(
        () => accept(id, '000000', now),
        (error) => error instanceof Failure && error.kind === 'unavailable',
      );
    });

    test('are sealed anew under the first key, and counted where no key opens them', async () => {
      await knex('credentials').where({ kind: 'totp' }).delete();
      const { id, seed } = await enrolled();
      await anotherApp(id, createVault(['a lost key of thirty-two characters or more']));
      const both = createVault([
        'another key of thirty-two characters or more',
        'a key of thirty-two characters or more',
      ]);
      const first = await seedsStore.reencryptForOperator(database, both, 0, 1);
      const rest = await seedsStore.reencryptForOperator(database, both, first.last, 2);
      assert.deepEqual([first.found, first.unreadable, rest.found, rest.unreadable], [1, 0, 1, 1]);
      assert.equal(await seedsStore.countUnreadableForOperator(database, [both.keyId]), 1);
      const now = start + minuteMs;
      const accepted = secondFactorsStore.acceptTotp(database, both, scope, id, { code: codeAt(seed, now), now });
      assert.equal(await accepted, true);
    });

    test('of another tenant are out of reach', async () => {
      const { id, seed } = await enrolled();
      const elsewhere = await newTenant(database);
      const now = start + minuteMs;
      const typed = { code: codeAt(seed, now), now };
      assert.equal(await secondFactorsStore.acceptTotp(database, vault, elsewhere, id, typed), false);
      assert.equal(await secondFactorsStore.consumeRecoveryCode(database, elsewhere, id, 'a'), false);
      await secondFactorsStore.remove(database, elsewhere, id);
      assert.deepEqual(await bothSay(id), [start, 1, 2]);
    });
  });
}
