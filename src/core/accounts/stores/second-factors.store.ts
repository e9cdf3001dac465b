import { insertRows } from '../../../platform/database/insert.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { Sealed } from '../../../domain/people/second-factor.ts';

interface SecondFactorRow {
  user_id: string;
  seed: string;
  key_id: string;
  last_step: number;
}

/** A second factor as it is first kept. */
export interface NewSecondFactor {
  readonly seed: Sealed;
  /** The step of the code that confirmed it: that code opens nothing more. */
  readonly step: number;
  readonly recoveryDigests: readonly string[];
  /** Epoch ms. */
  readonly at: number;
}

function own(scope: Scope, id: string) {
  return { tenant_id: scope.tenant.id, id };
}

function idOf(database: Database, scope: Scope, id: string) {
  return database.knex('users').select('id').where(own(scope, id));
}

export async function replaceCodes(
  database: Database,
  scope: Scope,
  userId: string,
  digests: readonly string[],
): Promise<void> {
  await database
    .knex('recovery_codes')
    .whereIn('user_id', idOf(database, scope, userId))
    .delete();
  await insertRows(
    database,
    'recovery_codes',
    digests.map((digest) => ({ user_id: userId, digest })),
  );
}

/** @returns a user's seed as it is kept, or null */
export async function findSeed(database: Database, scope: Scope, userId: string): Promise<Sealed | null> {
  const rows = (await database
    .knex('second_factors')
    .whereIn('user_id', idOf(database, scope, userId))) as SecondFactorRow[];
  return rows[0] ? { text: rows[0].seed, keyId: rows[0].key_id } : null;
}

/** Takes a time step, and with it all before, for good. @returns false where it was taken before, on whichever node */
export async function takeStep(database: Database, scope: Scope, userId: string, step: number): Promise<boolean> {
  return (
    (await database
      .knex('second_factors')
      .whereIn('user_id', idOf(database, scope, userId))
      .where('last_step', '<', step)
      .update({ last_step: step })) === 1
  );
}

/** Uses a recovery code up. @returns whether there was one */
export async function takeRecoveryCode(
  database: Database,
  scope: Scope,
  userId: string,
  digest: string,
): Promise<boolean> {
  return (
    (await database
      .knex('recovery_codes')
      .whereIn('user_id', idOf(database, scope, userId))
      .where({ digest })
      .delete()) === 1
  );
}

export async function countRecoveryCodes(database: Database, scope: Scope, userId: string): Promise<number> {
  const rows = await database
    .knex('recovery_codes')
    .whereIn('user_id', idOf(database, scope, userId))
    .count<{ count: number | string }[]>({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}

/** Gives a user a second factor. @returns false where they have one */
export async function insert(
  database: Database,
  scope: Scope,
  userId: string,
  { seed, step, recoveryDigests, at }: NewSecondFactor,
) {
  const taken = await database
    .knex('users')
    .where(own(scope, userId))
    .whereNull('second_factor_at')
    .update({ second_factor_at: at, second_factor_due: 0 });
  if (taken !== 1) return false;
  await database
    .knex('second_factors')
    .insert({ user_id: userId, seed: seed.text, key_id: seed.keyId, last_step: step });
  await replaceCodes(database, scope, userId, recoveryDigests);
  return true;
}

/** Notes a sign-in that ended with a code. @param at epoch ms */
export async function noteSignIn(database: Database, scope: Scope, userId: string, at: number): Promise<void> {
  await database.knex('users').where(own(scope, userId)).update({ last_sign_in_at: at });
}

/** Takes a user's second factor and its recovery codes away. */
export async function remove(database: Database, scope: Scope, userId: string): Promise<void> {
  await database
    .knex('second_factors')
    .whereIn('user_id', idOf(database, scope, userId))
    .delete();
  await database
    .knex('recovery_codes')
    .whereIn('user_id', idOf(database, scope, userId))
    .delete();
  await database.knex('users').where(own(scope, userId)).update({ second_factor_at: null });
}
