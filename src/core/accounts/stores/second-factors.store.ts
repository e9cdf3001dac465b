import { insertRows } from '../../../platform/database/insert.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import { consumeTimeStep, type Sealed } from '../../../domain/people/second-factor.ts';
import { Failure } from '../../../domain/errors.ts';
import type { Vault } from '../../../platform/keys/vault.ts';
import { seedPurpose, matchingTimeStep } from '../../../platform/keys/totp.ts';

interface TotpRow {
  readonly id: number;
  readonly secret: string;
  readonly key_id: string;
  readonly used_steps: string;
}

/** A second factor to insert. */
export interface NewSecondFactor {
  readonly seed: Sealed;
  /** The time step of the code that confirmed the enrollment. That code is not accepted again. */
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

/** @returns the number of a user's unused recovery codes */
export async function countCodes(database: Database, scope: Scope, userId: string): Promise<number> {
  const [row] = await ofUser(database, scope, userId, 'recoveryCode').count<{ count: number }[]>({ count: '*' });
  return row?.count ?? 0;
}

/**
 * Replaces a user's recovery codes.
 * @param at the time of the replacement, epoch ms
 */
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
 * Checks a TOTP code, within a transaction. Each code is accepted only once, across all nodes.
 * @param typed.now the current time, epoch ms
 * @returns whether the code is valid and was not accepted before
 * @throws Failure unavailable if a seed cannot be decrypted with any key
 */
export async function acceptTotp(
  database: Database,
  vault: Pick<Vault, 'open'>,
  scope: Scope,
  userId: string,
  { code, now }: { readonly code: string; readonly now: number },
): Promise<boolean> {
  const apps = await ofUser(database, scope, userId, 'totp').select<TotpRow[]>('id', 'secret', 'key_id', 'used_steps');
  const seeds = apps.map(({ id, secret, key_id, used_steps }) => ({
    id,
    used: used_steps,
    seed: vault.open({ text: secret, keyId: key_id }, seedPurpose(userId)),
  }));
  for (const { id, used, seed } of seeds) {
    const step = seed === null ? null : matchingTimeStep(seed, code, now);
    const next = step === null ? null : consumeTimeStep(parseSteps(used), step, now);
    if (next !== null && (await replaceUsedSteps(database, id, used, next))) return true;
  }
  // The code is not the problem: the key is missing, or the row was modified in the database.
  if (seeds.some(({ seed }) => seed === null)) throw new Failure('unavailable', { code: 'secondFactor.unreadable' });
  return false;
}

const parseSteps = (text: string): number[] => text.split(',').filter(Boolean).map(Number);

/** @returns false if any node has accepted another code since the steps were read */
async function replaceUsedSteps(
  database: Database,
  id: number,
  used: string,
  next: readonly number[],
): Promise<boolean> {
  const app = database.knex('credentials').where({ id, used_steps: used });
  return (await app.update({ used_steps: next.join(',') })) === 1;
}

/**
 * Consumes a recovery code.
 * @returns whether the code existed
 */
export async function consumeRecoveryCode(
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

/**
 * Adds a second factor to a user, within a transaction.
 * @returns false if the user already has one
 */
export async function insert(
  database: Database,
  scope: Scope,
  userId: string,
  { seed, step, recoveryDigests, at }: NewSecondFactor,
) {
  const updated = await database
    .knex('users')
    .where(own(scope, userId))
    .whereNull('second_factor_at')
    .update({ second_factor_at: at, second_factor_due: 0 });
  if (updated !== 1) return false;
  const totp = { kind: 'totp', secret: seed.text, key_id: seed.keyId, used_steps: String(step) };
  await database.knex('credentials').insert({ user_id: userId, ...totp, created_at: at });
  await replaceCodes(database, scope, userId, recoveryDigests, at);
  return true;
}

/**
 * Stores the time of a sign-in that was completed with a code.
 * @param at the time of the sign-in, epoch ms
 */
export async function updateLastSignIn(database: Database, scope: Scope, userId: string, at: number): Promise<void> {
  await database.knex('users').where(own(scope, userId)).update({ last_sign_in_at: at });
}

/** Removes a user's second factor and its recovery codes, within a transaction. */
export async function remove(database: Database, scope: Scope, userId: string): Promise<void> {
  await ofUser(database, scope, userId, 'totp').delete();
  await ofUser(database, scope, userId, 'recoveryCode').delete();
  await database.knex('users').where(own(scope, userId)).update({ second_factor_at: null });
}
