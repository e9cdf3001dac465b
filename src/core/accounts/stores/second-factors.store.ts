import { insertRows } from '../../../platform/database/insert.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { Sealed } from '../../../domain/people/second-factor.ts';
import { Failure } from '../../../domain/errors.ts';
import type { Vault } from '../../../platform/keys/vault.ts';
import { seedPurpose, matchingTimeStep } from '../../../platform/keys/totp.ts';

interface TotpRow {
  readonly id: number;
  readonly secret: string;
  readonly key_id: string;
}

/** A second factor as it is first kept. */
export interface NewSecondFactor {
  readonly seed: Sealed;
  /** The time step of the code that confirmed it: that code is not accepted again. */
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

function ofUser(database: Database, scope: Scope, userId: string, kind: 'totp' | 'recoveryCode') {
  return database
    .knex('credentials')
    .where({ kind })
    .whereIn('user_id', idOf(database, scope, userId));
}

/** Replaces a user's recovery codes by others. @param at epoch ms */
export async function replaceCodes(
  database: Database,
  scope: Scope,
  userId: string,
  digests: readonly string[],
  at: number,
): Promise<void> {
  await ofUser(database, scope, userId, 'recoveryCode').delete();
  const rows = digests.map((secret) => ({ user_id: userId, kind: 'recoveryCode', secret, created_at: at }));
  await insertRows(database, 'credentials', rows);
}

/**
 * Accepts a code of an app once, on whichever node it comes first. In a transaction.
 * @param now epoch ms
 * @throws Failure unavailable where no key opens the seed that could have accepted it
 */
export async function acceptTotp(
  database: Database,
  vault: Pick<Vault, 'open'>,
  scope: Scope,
  userId: string,
  { code, now }: { readonly code: string; readonly now: number },
): Promise<boolean> {
  const apps = await ofUser(database, scope, userId, 'totp').select<TotpRow[]>('id', 'secret', 'key_id');
  const seeds = apps.map(({ id, secret, key_id }) => ({
    id,
    seed: vault.open({ text: secret, keyId: key_id }, seedPurpose(userId)),
  }));
  for (const { id, seed } of seeds) {
    const step = seed === null ? null : matchingTimeStep(seed, code, now);
    if (step !== null && (await takeStep(database, id, step))) return true;
  }
  // Not the user's fault, and no wrong code: the key is missing, or the row was changed in the database.
  if (seeds.some(({ seed }) => seed === null)) throw new Failure('unavailable', { code: 'secondFactor.unreadable' });
  return false;
}

/** Takes a time step, and with it all before. @returns false where it was taken before, on whichever node */
async function takeStep(database: Database, id: number, step: number): Promise<boolean> {
  const app = database.knex('credentials').where({ id }).where('last_step', '<', step);
  return (await app.update({ last_step: step })) === 1;
}

/** Uses a recovery code up. @returns whether there was one */
export async function takeRecoveryCode(
  database: Database,
  scope: Scope,
  userId: string,
  digest: string,
): Promise<boolean> {
  return (await ofUser(database, scope, userId, 'recoveryCode').where({ secret: digest }).delete()) === 1;
}

export async function countRecoveryCodes(database: Database, scope: Scope, userId: string): Promise<number> {
  const codes = ofUser(database, scope, userId, 'recoveryCode');
  const rows = await codes.count<{ count: number | string }[]>({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}

/** Gives a user a second factor. In a transaction. @returns false where they have one */
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
  const totp = { kind: 'totp', secret: seed.text, key_id: seed.keyId, last_step: step };
  await database.knex('credentials').insert({ user_id: userId, ...totp, created_at: at });
  await replaceCodes(database, scope, userId, recoveryDigests, at);
  return true;
}

/** Notes a sign-in that ended with a code. @param at epoch ms */
export async function noteSignIn(database: Database, scope: Scope, userId: string, at: number): Promise<void> {
  await database.knex('users').where(own(scope, userId)).update({ last_sign_in_at: at });
}

/** Removes a user's second factor and its recovery codes. In a transaction. */
export async function remove(database: Database, scope: Scope, userId: string): Promise<void> {
  await ofUser(database, scope, userId, 'totp').delete();
  await ofUser(database, scope, userId, 'recoveryCode').delete();
  await database.knex('users').where(own(scope, userId)).update({ second_factor_at: null });
}
