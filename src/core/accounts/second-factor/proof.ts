import type { Logger } from 'pino';
import { Failure, type FieldFault } from '../../../domain/errors.ts';
import { readPassword } from '../../../domain/people/password.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import { recheckSession } from '../sessions/recheck.ts';
import type { Attempt, Throttle } from '../throttles/throttle.ts';
import { amrWith, recordIfRecovery, type CodeCheck } from './codes.ts';
import { activityStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

/** What somebody signed in shows once more before their second factor is changed. */
export interface TypedProof {
  readonly currentPassword: string;
  readonly code: string;
}

/** Who asks, in which session, and under what their tries at the password are counted. */
export interface Asker {
  readonly scope: Scope;
  readonly session: LiveSession;
  readonly attempt: Attempt;
}

type ProvenWork = (tx: Database, at: number) => Promise<void>;

export type Proof = ReturnType<typeof createProof>;

export interface ProofDependencies {
  readonly database: Database;
  readonly hasher: Hasher;
  readonly accept: CodeCheck;
  readonly throttle: Throttle;
  readonly clock: () => number;
  readonly log: Logger;
}

async function refuse(deps: ProofDependencies, scope: Scope, userId: string, fault: FieldFault): Promise<FieldFault> {
  const { database, clock } = deps;
  await activityStore.record(database, scope, { kind: 'secondFactor.changeRefused' }, userId, clock());
  return fault;
}

async function isRight(deps: ProofDependencies, scope: Scope, typed: string): Promise<boolean> {
  const { database, hasher } = deps;
  const credentials = await credentialsStore.findOwn(database, scope);
  const read = readPassword(typed);
  if (credentials === null || read === null) return false;
  return (await credentialsStore.verifyPassword(database, hasher, credentials.user.id, read)).matches;
}

// The session and the epoch that the request began with, or else nothing: no code is used up then.
function useUp(deps: ProofDependencies, { scope, session }: Asker, code: string, work: ProvenWork): Promise<boolean> {
  const { database, clock, accept } = deps;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const at = clock();
    await recheckSession(tx, session, at);
    const how = await accept(tx, scope, session.user.id, code);
    if (how === null) return false;
    await sessionsStore.noteAuthentication(tx, session, amrWith(session, code), at);
    await recordIfRecovery(tx, scope, session.user.id, how, at);
    await work(tx, at);
    return true;
  });
}

/** @returns what is wrong with the password, or null. It counts in the sign-in's throttle. @throws Failure throttled */
export async function password(
  deps: ProofDependencies,
  { scope, session, attempt }: Asker,
  typed: string,
): Promise<FieldFault | null> {
  const { throttle } = deps;
  const wait = await throttle.take(attempt);
  if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
  const right = await isRight(deps, scope, typed).catch(async (error: unknown) => {
    // The password was not checked, so it does not count as a failed attempt.
    await throttle.giveBack(attempt);
    throw error;
  });
  if (right) {
    await throttle.forgive(attempt);
    return null;
  }
  return refuse(deps, scope, session.user.id, { field: 'currentPassword', code: 'password.wrong' });
}

/**
 * Asks for password and code, and does something in the transaction that uses the code up.
 * @returns what is wrong, or null once it is done
 * @throws Failure throttled, or conflict where the session ended or the password was replaced meanwhile
 */
export async function both(
  deps: ProofDependencies,
  asker: Asker,
  typed: TypedProof,
  work: ProvenWork,
): Promise<FieldFault | null> {
  const { throttle, log } = deps;
  const { scope, session } = asker;
  const fault = await password(deps, asker, typed.currentPassword);
  if (fault !== null) return fault;
  const { attempts } = scope.rules.throttle.perAccountAndAddress;
  const wait = await throttle.codes.take(session.user, attempts);
  if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
  const accepted = await useUp(deps, asker, typed.code, work).catch(async (error: unknown) => {
    await throttle.codes.giveBack(session.user, attempts);
    throw error;
  });
  if (!accepted) return refuse(deps, scope, session.user.id, { field: 'code', code: 'secondFactor.codeWrong' });
  // It is done by now, and what it made is shown once: a count that stays too high keeps nobody from that.
  await throttle.codes
    .forgive(session.user, attempts)
    .catch((error: unknown) => log.warn(error, 'The count of failed attempts was not reset'));
  return null;
}

/** An open session alone, such as one on a screen that was left, changes no second factor. */
export const createProof = (deps: ProofDependencies) => bind(deps, { password, both });
