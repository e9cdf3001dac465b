import type { Logger } from 'pino';
import { Failure, type FieldFault } from '../../../domain/errors.ts';
import { readPassword } from '../../../domain/people/password.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import { recheckSession } from '../sessions/recheck-under-lock.ts';
import { refundIfUnchecked } from '../throttles/unchecked-attempt.ts';
import { sessionAttemptOf } from '../throttles/password-limits.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { amrWithCode, codeKindOf, recordRecoveryCodeUse, type AcceptCode } from './codes.ts';
import { activityStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

/** The credentials that a signed-in user enters again before their second factor is changed. */
export interface TypedCredentials {
  readonly currentPassword: string;
  readonly code: string;
}

/** A signed-in user with their session. */
export interface AuthenticatedSession {
  readonly scope: Scope;
  readonly session: LiveSession;
}

type GuardedWork = (tx: Database, at: number) => Promise<void>;

export type Reauthentication = ReturnType<typeof createReauthentication>;

export interface ReauthenticationDependencies {
  readonly database: Database;
  readonly hasher: Hasher;
  readonly accept: AcceptCode;
  readonly throttle: Throttle;
  readonly clock: () => number;
  readonly log: Logger;
}

async function refuse(
  deps: ReauthenticationDependencies,
  scope: Scope,
  userId: string,
  fault: FieldFault,
): Promise<FieldFault> {
  const { database, clock } = deps;
  await activityStore.record(database, scope, { kind: 'secondFactor.changeRefused' }, userId, clock());
  return fault;
}

async function isPasswordCorrect(deps: ReauthenticationDependencies, scope: Scope, typed: string): Promise<boolean> {
  const { database, hasher } = deps;
  const credentials = await credentialsStore.findOwn(database, scope);
  const read = readPassword(typed);
  if (credentials === null || read === null) return false;
  return (await credentialsStore.verifyPassword(database, hasher, credentials.user.id, read)).matches;
}

// Rechecks the session first, so that a request whose session has ended does not consume a code.
function consumeCodeAndRun(
  deps: ReauthenticationDependencies,
  { scope, session }: AuthenticatedSession,
  code: string,
  work: GuardedWork,
): Promise<boolean> {
  const { database, clock, accept } = deps;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const at = clock();
    await recheckSession(tx, session, at);
    const kind = await accept(tx, scope, session.user.id, code);
    if (kind === null) return false;
    await sessionsStore.updateAuthentication(tx, session, amrWithCode(session, code), at);
    await recordRecoveryCodeUse(tx, scope, session.user.id, kind, at);
    await work(tx, at);
    return true;
  });
}

/**
 * @returns the validation error of the password, or null. Only failed attempts in the user's open sessions count toward
 * the limit.
 * @throws Failure throttled
 */
export async function checkPassword(
  deps: ReauthenticationDependencies,
  { scope, session }: AuthenticatedSession,
  typed: string,
): Promise<FieldFault | null> {
  const { throttle } = deps;
  const attempt = sessionAttemptOf(scope, session);
  const wait = await throttle.consume(attempt);
  if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
  if (await refundIfUnchecked(throttle, attempt, isPasswordCorrect(deps, scope, typed))) {
    await throttle.reset(attempt);
    return null;
  }
  return refuse(deps, scope, session.user.id, { field: 'currentPassword', code: 'password.wrong' });
}

/**
 * Checks the password and a code, and runs the work in the transaction that consumes the code.
 * @returns the validation error of the form, or null if the work was done
 * @throws Failure throttled, or conflict if the session ended or the password was replaced in the meantime
 */
export async function checkPasswordAndCode(
  deps: ReauthenticationDependencies,
  authenticated: AuthenticatedSession,
  typed: TypedCredentials,
  work: GuardedWork,
): Promise<FieldFault | null> {
  const { throttle, log } = deps;
  const { scope, session } = authenticated;
  const fault = await checkPassword(deps, authenticated, typed.currentPassword);
  if (fault !== null) return fault;
  const { attempts } = scope.rules.throttle.perAccountAndAddress;
  const { username } = session.user;
  const kind = codeKindOf(typed.code);
  const attempt = { username, kind, sessionId: session.id, place: 'session', knownDevice: null } as const;
  const wait = await throttle.codes.consume(attempt, attempts);
  if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
  const accepted = await consumeCodeAndRun(deps, authenticated, typed.code, work).catch(async (error: unknown) => {
    await throttle.codes.refund(attempt, attempts);
    throw error;
  });
  if (!accepted) return refuse(deps, scope, session.user.id, { field: 'code', code: 'secondFactor.codeWrong' });
  // The change is committed, and its result can be shown only once, so a failed reset of the counter must not fail the
  // request.
  await throttle.codes
    .reset(attempt, attempts)
    .catch((error: unknown) => log.warn(error, 'The counter of failed attempts was not reset'));
  return null;
}

/**
 * Requires users to enter their credentials again, so that an unattended session is not enough to change a second
 * factor.
 */
export const createReauthentication = (deps: ReauthenticationDependencies) =>
  bind(deps, { checkPassword, checkPasswordAndCode });
