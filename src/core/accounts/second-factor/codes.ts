import { randomBytes } from 'node:crypto';
import { sha256 } from '../../../platform/database/digest.ts';
import { Failure } from '../../../domain/errors.ts';
import type { Scope } from '../../../domain/scope.ts';
import { type AuthenticationMethod, withSecondFactor } from '../../../domain/people/authentication.ts';
import { readCode, recoveryCode, recoveryCodeBytes, recoveryCodeCount } from '../../../domain/people/second-factor.ts';
import type { LiveSession } from '../stores/sessions.store.ts';
import { stepOf } from './totp.ts';
import type { Vault } from '../../../platform/keys/vault.ts';
import { activityStore } from '../../activity/index.ts';
import * as secondFactorsStore from '../stores/second-factors.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

/** How a code was found right. */
export type Accepted = 'app' | 'recovery';

/** Names whose seed a sealed text is: put into another's row, it does not open. */
export const seedOf = (userId: string): string => `seed of ${userId}`;

// 120 random bits are no password: nobody finds them again from a digest (OWASP ASVS 5.0, 6.5.2).
const digestOf = (userId: string, code: string): string => sha256(`${userId}|${code}`);

/** Ten new recovery codes, in the two forms that they ever have: to be shown once, and to be kept. */
export function newRecoveryCodes(userId: string): { codes: string[]; digests: string[] } {
  const codes = Array.from({ length: recoveryCodeCount }, () => recoveryCode(randomBytes(recoveryCodeBytes)));
  return { codes, digests: codes.map((code) => digestOf(userId, code)) };
}

/** @returns the methods of a session in which this code is given too, should it be accepted */
export const amrWith = (session: Pick<LiveSession, 'amr'>, typed: string): readonly AuthenticationMethod[] =>
  withSecondFactor(session.amr, readCode(typed)?.kind === 'recovery' ? 'recovery' : 'otp');

export interface CodeCheckDependencies {
  readonly vault: Vault;
  readonly clock: () => number;
}

async function acceptOfApp(
  deps: CodeCheckDependencies,
  tx: Database,
  scope: Scope,
  userId: string,
  code: string,
): Promise<boolean> {
  const { vault, clock } = deps;
  const sealed = await secondFactorsStore.findSeed(tx, scope, userId);
  if (sealed === null) return false;
  const seed = vault.open(sealed, seedOf(userId));
  // Not the user's fault, and no wrong code: the key is not there, or somebody changed the database.
  if (seed === null) throw new Failure('unavailable', { because: 'second-factor:error.unreadable' });
  const step = stepOf(seed, code, clock());
  return step !== null && secondFactorsStore.takeStep(tx, scope, userId, step);
}

/** @returns what accepts a code once, on whichever node it comes first */
export async function codeCheck(
  deps: CodeCheckDependencies,
  tx: Database,
  scope: Scope,
  userId: string,
  typed: string,
): Promise<Accepted | null> {
  const read = readCode(typed);
  if (read === null) return null;
  if (read.kind === 'app') return (await acceptOfApp(deps, tx, scope, userId, read.code)) ? 'app' : null;
  const digest = digestOf(userId, read.code);
  return (await secondFactorsStore.takeRecoveryCode(tx, scope, userId, digest)) ? 'recovery' : null;
}

export const createCodeCheck = (deps: CodeCheckDependencies) => bind(deps, { codeCheck }).codeCheck;

export type CodeCheck = ReturnType<typeof createCodeCheck>;

/** Records that a recovery code was used, and with it how many are left. */
export async function recordIfRecovery(
  tx: Database,
  scope: Scope,
  userId: string,
  accepted: Accepted,
  at: number,
): Promise<void> {
  if (accepted !== 'recovery') return;
  const left = await secondFactorsStore.countRecoveryCodes(tx, scope, userId);
  await activityStore.record(tx, scope, { kind: 'secondFactor.recoveryUsed', left }, userId, at);
}
