import type { Logger } from 'pino';
import type { Scope } from '../../../domain/scope.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { amrWith, recordIfRecovery, type Accepted, type CodeCheck } from './codes.ts';
import { activityStore } from '../../activity/index.ts';
import * as secondFactorsStore from '../stores/second-factors.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

export type CodeResult =
  { readonly outcome: 'accepted' | 'refused' } | { readonly outcome: 'throttled'; readonly retryAfter: number };

export type CodeStep = ReturnType<typeof createCodeStep>;

export interface CodeStepDependencies {
  readonly database: Database;
  readonly accept: CodeCheck;
  readonly throttle: Throttle;
  readonly clock: () => number;
  readonly log: Logger;
}

function acceptAndRecord(
  deps: CodeStepDependencies,
  scope: Scope,
  session: LiveSession,
  typed: string,
): Promise<Accepted | null> {
  const { database, clock, accept } = deps;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const { user } = session;
    const at = clock();
    // First of all: what ended meanwhile uses no code up.
    if (!(await sessionsStore.noteAuthentication(tx, session, amrWith(session, typed), at))) return null;
    const accepted = await accept(tx, scope, user.id, typed);
    if (accepted === null) throw new NotAccepted();
    await secondFactorsStore.noteSignIn(tx, scope, user.id, at);
    await recordIfRecovery(tx, scope, user.id, accepted, at);
    await activityStore.record(tx, scope, { kind: 'signIn.succeeded' }, user.id, at);
    return accepted;
  });
}

/** The step of the sign-in behind the password. Every refusal looks the same from outside. */
export async function codeStep(
  deps: CodeStepDependencies,
  scope: Scope,
  session: LiveSession,
  typed: string,
): Promise<CodeResult> {
  const { throttle, database, clock, log } = deps;
  const { user } = session;
  const { attempts } = scope.rules.throttle.perAccountAndAddress;
  const wait = await throttle.codes.take(user, attempts);
  if (wait !== null) {
    // One record for a block: an attacker must not fill the log.
    const event = { kind: 'signIn.throttled' } as const;
    if (wait.first) await activityStore.recordSignIn(database, scope, user, event, clock());
    return { outcome: 'throttled', retryAfter: wait.retryAfter };
  }
  const accepted = await acceptAndRecord(deps, scope, session, typed).catch(async (error: unknown) => {
    if (error instanceof NotAccepted) return null;
    await throttle.codes.giveBack(user, attempts);
    throw error;
  });
  if (accepted === null) {
    await activityStore.recordSignIn(database, scope, user, { kind: 'signIn.failed', because: 'code' }, clock());
    return { outcome: 'refused' };
  }
  // The session is open by now: a count that stays too high is no reason to say that it is not.
  await throttle.codes
    .forgive(user, attempts)
    .catch((error: unknown) => log.warn(error, 'The count of failed attempts was not reset'));
  return { outcome: 'accepted' };
}

export const createCodeStep = (deps: CodeStepDependencies) => bind(deps, { codeStep }).codeStep;

/** Takes back what the transaction wrote before the code was looked at. */
class NotAccepted extends Error {}
