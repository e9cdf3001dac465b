import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { down, up } from '../../migrations/20261130170000_create_credentials.ts';
import type { NewUser } from '../../src/core/accounts/stores/users.mapping.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { postgres } from '../support/services.ts';
import { both, newTenant, newUser, open, start } from './databases.ts';

const hourMs = 3_600_000;
const temporary = { password: 'temporary', passwordSetBy: 'Camille' } as const;

/** A user in each state that a password can have. */
const states: Readonly<Record<string, Partial<NewUser>>> = {
  own: { passwordHash: 'own hash' },
  temporary: { ...temporary, passwordHash: 'temporary hash', temporaryUntil: start + hourMs },
  expired: { ...temporary, passwordHash: 'expired hash', temporaryUntil: start - hourMs },
  byOperator: { ...temporary, passwordHash: 'operator hash', passwordSetBy: null, temporaryUntil: start },
  byErased: { ...temporary, passwordHash: 'erased hash', passwordSetBy: '', temporaryUntil: start },
  blocked: { passwordHash: 'blocked hash', state: 'blocked' },
  deleted: { passwordHash: 'deleted hash', state: 'deleted', deletedAt: start },
  withCodes: { passwordHash: 'hash with codes' },
  codesUsed: { passwordHash: 'hash with codes used' },
};

for (const { dialect, config, skip } of both(await postgres({ empty: true }))) {
  describe(`credentials of the schema before, on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const { knex } = database;
    const people = Object.entries(states).map(([id, wishes], index) =>
      newUser({ id, createdAt: start - index, passwordSetAt: start + index, ...wishes }),
    );
    const tables = ['users', 'second_factors', 'recovery_codes', 'user_sessions'];
    const former = async (): Promise<object[][]> =>
      Promise.all(tables.map((name) => knex(name).select<object[]>())).then((all) =>
        all.map((rows) => rows.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))),
      );
    await usersStore.insertMany(database, await newTenant(database), people);
    await down(knex);
    for (const [index, user_id] of ['withCodes', 'codesUsed'].entries()) {
      await knex('users')
        .where({ id: user_id })
        .update({ second_factor_at: start + index });
      await knex('second_factors').insert({ user_id, seed: `seed ${index}`, key_id: 'a key', last_step: 7 + index });
    }
    for (const digest of ['digest 1', 'digest 2'])
      await knex('recovery_codes').insert({ user_id: 'withCodes', digest });
    for (const code_given of [0, 1]) {
      const session = { user_id: 'withCodes', address: null, device: '', created_at: start + 3, seen_at: start + 9 };
      await knex('user_sessions').insert({ id: `session ${code_given}`, ...session, code_given });
    }
    const before = await former();
    await up(knex);

    test('are carried over as they were, row by row', async () => {
      const rows = await knex('credentials').orderBy(['user_id', 'kind', 'secret']);
      const none = { key_id: null, last_step: null, set_by: null };
      const expected = [
        ...people.map((user) => ({
          ...{ ...none, user_id: user.id, kind: 'password', secret: user.passwordHash },
          ...{ set_by: user.passwordSetBy, created_at: user.passwordSetAt },
        })),
        ...['withCodes', 'codesUsed'].map((user_id, index) => ({
          ...{ ...none, user_id, kind: 'totp', secret: `seed ${index}`, key_id: 'a key' },
          ...{ last_step: 7 + index, created_at: start + index },
        })),
        ...['digest 1', 'digest 2'].map((secret) => ({
          ...{ ...none, user_id: 'withCodes', kind: 'recoveryCode', secret, created_at: start },
        })),
      ];
      const sorted = (all: object[]): string[] =>
        all.map((row) => JSON.stringify(Object.fromEntries(Object.entries(row).sort()))).sort();
      assert.deepEqual(sorted((rows as { id: number }[]).map(({ id: _, ...row }) => row)), sorted(expected));
    });

    test('leave whether a password is temporary, and until when, with the user', async () => {
      const rows = await knex('users').select<object[]>('id', 'password', 'temporary_until', 'updated_at', 'version');
      const found = Object.fromEntries(rows.map((row) => [(row as { id: string }).id, row]));
      for (const { id, password, temporaryUntil, createdAt } of people) {
        const row = { id, password, temporary_until: temporaryUntil, updated_at: createdAt, version: 1 };
        assert.deepEqual({ ...found[id] }, row);
      }
    });

    test('leave in a session what is known of how its user authenticated', async () => {
      const rows = await knex('user_sessions').orderBy('id').select<object[]>('id', 'amr', 'auth_time');
      assert.deepEqual(
        rows.map((row) => ({ ...row })),
        [
          { id: 'session 0', amr: 'pwd', auth_time: start + 3 },
          { id: 'session 1', amr: 'pwd mfa', auth_time: start + 3 },
        ],
      );
    });

    test('are back where they were after the way down', async () => {
      await down(knex);
      assert.deepEqual(await former(), before);
      await up(knex);
    });
  });
}
