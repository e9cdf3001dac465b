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

/** The kind of code that was accepted: from the authenticator app, or a recovery code. */
export type AcceptedCodeKind = 'app' | 'recovery';

// A plain hash is enough: 120 random bits cannot be recovered from a digest (OWASP ASVS 5.0, 6.5.2).
const digestOf = (userId: string, code: string): string => sha256(`${userId}|${code}`);

/**
 * Generates ten recovery codes.
 * @returns the codes to show once, and the digests to store
 */
export function newRecoveryCodes(userId: string): { codes: string[]; digests: string[] } {
  const codes = Array.from({ length: recoveryCodeCount }, () => recoveryCode(randomBytes(recoveryCodeBytes)));
  return { codes, digests: codes.map((code) => digestOf(userId, code)) };
}

/** @returns the kind of code that was entered; `app` for any input that is not in the format of a recovery code */
export const codeKindOf = (typed: string): AcceptedCodeKind =>
  parseCode(typed)?.kind === 'recovery' ? 'recovery' : 'app';

/** @returns a session's authentication methods after this code is accepted */
export const amrWithCode = (session: Pick<LiveSession, 'amr'>, typed: string): readonly AuthenticationMethod[] =>
  withSecondFactor(session.amr, codeKindOf(typed) === 'recovery' ? 'recovery' : 'otp');

export interface CodeAcceptorDependencies {
  readonly vault: Vault;
  readonly clock: () => number;
}

/**
 * Checks a code and consumes it, so that it is accepted only once across all nodes.
 * @returns the kind of code; null if it is wrong or was used before
 */
export async function acceptCode(
  deps: CodeAcceptorDependencies,
  tx: Database,
  scope: Scope,
  userId: string,
  typed: string,
): Promise<AcceptedCodeKind | null> {
  const { vault, clock } = deps;
  const read = parseCode(typed);
  if (read === null) return null;
  if (read.kind === 'app') {
    const typedCode = { code: read.code, now: clock() };
    return (await secondFactorsStore.acceptTotp(tx, vault, scope, userId, typedCode)) ? 'app' : null;
  }
  const digest = digestOf(userId, read.code);
  return (await secondFactorsStore.consumeRecoveryCode(tx, scope, userId, digest)) ? 'recovery' : null;
}

export const createCodeAcceptor = (deps: CodeAcceptorDependencies) => bind(deps, { acceptCode }).acceptCode;

export type AcceptCode = ReturnType<typeof createCodeAcceptor>;

/**
 * Records the use of a recovery code, with the number of remaining codes. A code from the app is not recorded.
 * @param at the time of use, epoch ms
 */
export async function recordRecoveryCodeUse(
  tx: Database,
  scope: Scope,
  userId: string,
  accepted: AcceptedCodeKind,
  at: number,
): Promise<void> {
  if (accepted !== 'recovery') return;
  const left = await secondFactorsStore.countRecoveryCodes(tx, scope, userId);
  await activityStore.record(tx, scope, { kind: 'secondFactor.recoveryUsed', left }, userId, at);
}
