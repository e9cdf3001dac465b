import { randomBytes } from 'node:crypto';
import { sha256 } from '../../../platform/database/digest.ts';
import type { Scope } from '../../../domain/scope.ts';
import { type AuthenticationMethod, withSecondFactor } from '../../../domain/people/authentication.ts';
import { parseCode, recoveryCode, recoveryCodeBytes, recoveryCodeCount } from '../../../domain/people/second-factor.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import type { Vault } from '../../../platform/keys/vault.ts';
import { activityStore } from '../../activity/index.ts';
import * as secondFactorsStore from '../stores/second-factors.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

/** How a code was found right. */
export type Accepted = 'app' | 'recovery';

// 120 random bits are no password: nobody finds them again from a digest (OWASP ASVS 5.0, 6.5.2).
const digestOf = (userId: string, code: string): string => sha256(`${userId}|${code}`);

/** Ten new recovery codes, in the two forms that they ever have: to be shown once, and to be kept. */
export function newRecoveryCodes(userId: string): { codes: string[]; digests: string[] } {
  const codes = Array.from({ length: recoveryCodeCount }, () => recoveryCode(randomBytes(recoveryCodeBytes)));
  return { codes, digests: codes.map((code) => digestOf(userId, code)) };
}

/** @returns the methods of a session in which this code is given too, should it be accepted */
export const amrWith = (session: Pick<LiveSession, 'amr'>, typed: string): readonly AuthenticationMethod[] =>
  withSecondFactor(session.amr, parseCode(typed)?.kind === 'recovery' ? 'recovery' : 'otp');

export interface CodeCheckDependencies {
  readonly vault: Vault;
  readonly clock: () => number;
}

/** @returns what accepts a code once, on whichever node it comes first */
export async function codeCheck(
  deps: CodeCheckDependencies,
  tx: Database,
  scope: Scope,
  userId: string,
  typed: string,
): Promise<Accepted | null> {
  const { vault, clock } = deps;
  const read = parseCode(typed);
  if (read === null) return null;
  if (read.kind === 'app') {
    const typedCode = { code: read.code, now: clock() };
    return (await secondFactorsStore.acceptTotp(tx, vault, scope, userId, typedCode)) ? 'app' : null;
  }
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
