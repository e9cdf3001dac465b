import type { Logger } from 'pino';
import type { Scope } from '../../../domain/scope.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import type { Throttle } from '../throttles/throttle.ts';
import type { KnownDevices } from '../sessions/known-devices.ts';
import { amrWithCode, codeKindOf, recordRecoveryCodeUse, type AcceptedCodeKind, type AcceptCode } from './codes.ts';
import { activityStore } from '../../activity/index.ts';
import * as secondFactorsStore from '../stores/second-factors.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

export type CodeResult =
  | { readonly outcome: 'accepted'; readonly deviceToken: string }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

/** A submitted code, and the device token from the cookie of the browser that sent it; null if there is none. */
export interface SubmittedCode {
  readonly typed: string;
  readonly deviceToken: string | null;
}

export type SubmitCode = ReturnType<typeof createCodeSubmission>;

export interface CodeSubmissionDependencies {
  readonly database: Database;
  readonly accept: AcceptCode;
  readonly throttle: Throttle;
  readonly devices: KnownDevices;
  readonly clock: () => number;
  readonly log: Logger;
}

function acceptAndRecord(
  deps: CodeSubmissionDependencies,
  scope: Scope,
  session: LiveSession,
  typed: string,
): Promise<AcceptedCodeKind | null> {
  const { database, clock, accept } = deps;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const { user } = session;
    const at = clock();
    // Update the session before checking the code: a session that ended in the meantime must not consume a code.
    if (!(await sessionsStore.updateAuthentication(tx, session, amrWithCode(session, typed), at))) return null;
    const accepted = await accept(tx, scope, user.id, typed);
    if (accepted === null) throw new CodeRejected();
    await secondFactorsStore.updateLastSignIn(tx, scope, user.id, at);
    await recordRecoveryCodeUse(tx, scope, user.id, accepted, at);
    await activityStore.record(tx, scope, { kind: 'signIn.succeeded' }, user.id, at);
    return accepted;
  });
}

/** The second step of a sign-in, after the password. The client cannot distinguish the reasons for a refusal. */
export async function submitCode(
  deps: CodeSubmissionDependencies,
  scope: Scope,
  session: LiveSession,
  { typed, deviceToken }: SubmittedCode,
): Promise<CodeResult> {
  const { throttle, devices, database, clock, log } = deps;
  const { user } = session;
  const { attempts } = scope.rules.throttle.perAccountAndAddress;
  const knownDevice = devices.recognize(user, deviceToken);
  const place = knownDevice === null ? 'signIn' : 'knownDevice';
  const kind = codeKindOf(typed);
  const attempt = { username: user.username, kind, sessionId: session.id, place, knownDevice } as const;
  const wait = await throttle.codes.consume(attempt, attempts);
  if (wait !== null) {
    // Record only the first refusal in each block, so that an attacker cannot fill the log.
    const event = { kind: 'signIn.throttled' } as const;
    if (wait.isFirstRefusal) await activityStore.recordSignIn(database, scope, user, event, clock());
    return { outcome: 'throttled', retryAfter: wait.retryAfter };
  }
  const accepted = await acceptAndRecord(deps, scope, session, typed).catch(async (error: unknown) => {
    if (error instanceof CodeRejected) return null;
    await throttle.codes.refund(attempt, attempts);
    throw error;
  });
  if (accepted === null) {
    await activityStore.recordSignIn(database, scope, user, { kind: 'signIn.failed', because: 'code' }, clock());
    return { outcome: 'refused' };
  }
  // The session is already open, so a failed reset of the counter must not fail the sign-in.
  await throttle.codes
    .reset(attempt, attempts)
    .catch((error: unknown) => log.warn(error, 'The counter of failed attempts was not reset'));
  return { outcome: 'accepted', deviceToken: devices.issue(user) };
}

export const createCodeSubmission = (deps: CodeSubmissionDependencies) => bind(deps, { submitCode }).submitCode;

/** Thrown to roll back the update of the session if the code is wrong. */
class CodeRejected extends Error {}
