import { conflict, Failure, type FieldFault } from '../../../domain/errors.ts';
import { withSecondFactor } from '../../../domain/people/authentication.ts';
import { isInForce } from '../../../domain/plausible-time.ts';
import { isSecondFactorRequired, parseCode } from '../../../domain/people/second-factor.ts';
import { recheckSession } from '../sessions/recheck-under-lock.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { newRecoveryCodes } from './codes.ts';
import type { AuthenticatedSession, Reauthentication, TypedCredentials } from './reauthentication.ts';
import { seedPurpose, matchingTimeStep } from '../../../platform/keys/totp.ts';
import type { Vault } from '../../../platform/keys/vault.ts';
import { activityStore } from '../../activity/index.ts';
import * as secondFactorsStore from '../stores/second-factors.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

/** The recovery codes in clear text, to show once, or the validation error of the form. */
export type CodesResult =
  | { readonly outcome: 'done'; readonly codes: readonly string[]; readonly factorAt: number }
  | { readonly outcome: 'invalid'; readonly fault: FieldFault };

// A user who authenticated this recently does not have to enter the password again.
const recentAuthenticationMs = 10 * 60_000;

export type SecondFactor = ReturnType<typeof createSecondFactor>;

export interface SecondFactorDependencies {
  readonly database: Database;
  readonly vault: Vault;
  readonly reauthentication: Reauthentication;
  readonly throttle: Throttle;
  readonly clock: () => number;
}

export function needsPassword(
  deps: SecondFactorDependencies,
  { session }: Pick<AuthenticatedSession, 'session'>,
): boolean {
  const { clock } = deps;
  const { authTime } = session;
  return !isInForce({ from: authTime, until: authTime + recentAuthenticationMs }, clock());
}

async function checkFirstCode(
  deps: SecondFactorDependencies,
  authenticated: AuthenticatedSession,
  seed: string,
  typed: TypedCredentials,
): Promise<FieldFault | { step: number }> {
  const { throttle, reauthentication, clock } = deps;
  const wait = await throttle.consumeBudget('secondFactor', authenticated.session.user.id);
  if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
  const fault = needsPassword(deps, authenticated)
    ? await reauthentication.checkPassword(authenticated, typed.currentPassword)
    : null;
  if (fault !== null) return fault;
  const read = parseCode(typed.code);
  const step = read?.kind === 'app' ? matchingTimeStep(seed, read.code, clock()) : null;
  return step === null ? { field: 'code', code: 'secondFactor.firstCodeWrong' } : { step };
}

/** @returns the number of unused recovery codes; null if the user has no second factor */
export async function countRecoveryCodes(
  deps: SecondFactorDependencies,
  { scope, session: { user } }: Pick<AuthenticatedSession, 'scope' | 'session'>,
): Promise<number | null> {
  const { database } = deps;
  return user.secondFactorAt === null ? null : secondFactorsStore.countRecoveryCodes(database, scope, user.id);
}

/**
 * Stores a seed after a first code proves that the authenticator app has it. Ends the user's other sessions.
 * @throws Failure throttled, or conflict if another factor was set up or the session ended in the meantime
 */
export async function setUp(
  deps: SecondFactorDependencies,
  authenticated: AuthenticatedSession,
  seed: string,
  typed: TypedCredentials,
): Promise<CodesResult> {
  const { database, clock, vault } = deps;
  const { scope, session } = authenticated;
  const { user } = session;
  const checked = await checkFirstCode(deps, authenticated, seed, typed);
  if (!('step' in checked)) return { outcome: 'invalid', fault: checked };
  const { codes, digests } = newRecoveryCodes(user.id);
  const factorAt = await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const at = clock();
    await recheckSession(tx, session, at);
    const factor = { seed: vault.seal(seed, seedPurpose(user.id)), step: checked.step, recoveryDigests: digests, at };
    if (!(await secondFactorsStore.insert(tx, scope, user.id, factor))) throw conflict('secondFactor.changed');
    if (!(await sessionsStore.updateAuthentication(tx, session, withSecondFactor(session.amr, 'otp'), at)))
      throw conflict('secondFactor.changed');
    await sessionsStore.endAllOfUser(tx, scope, user.id, session.id);
    await activityStore.record(tx, scope, { kind: 'secondFactor.setUp' }, user.id, at);
    return at;
  });
  return { outcome: 'done', codes, factorAt };
}

/**
 * Generates ten new recovery codes, which replace the previous ones.
 * @throws Failure throttled, or conflict if the session ended or the password was replaced in the meantime
 */
export async function regenerateCodes(
  deps: SecondFactorDependencies,
  authenticated: AuthenticatedSession,
  typed: TypedCredentials,
): Promise<CodesResult> {
  const { reauthentication } = deps;
  const { scope, session } = authenticated;
  const { codes, digests } = newRecoveryCodes(session.user.id);
  const factorAt = session.user.secondFactorAt ?? 0;
  const fault = await reauthentication.checkPasswordAndCode(authenticated, typed, async (tx, at) => {
    await secondFactorsStore.replaceCodes(tx, scope, session.user.id, digests, at);
    await activityStore.record(tx, scope, { kind: 'secondFactor.codesReplaced' }, session.user.id, at);
  });
  return fault === null ? { outcome: 'done', codes, factorAt } : { outcome: 'invalid', fault };
}

/**
 * Removes the user's own second factor and ends their other sessions.
 * @returns the validation error of the form, or null
 * @throws Failure throttled, forbidden if the rules require a second factor, or conflict if the session ended or the
 * password was replaced in the meantime
 */
export async function remove(
  deps: SecondFactorDependencies,
  authenticated: AuthenticatedSession,
  typed: TypedCredentials,
): Promise<FieldFault | null> {
  const { reauthentication } = deps;
  const { scope, session } = authenticated;
  const { user, tenant } = session;
  const required = isSecondFactorRequired(scope.rules, user.administratorLevel, tenant.kind);
  if (required) throw new Failure('forbidden', { code: 'secondFactor.required' });
  return reauthentication.checkPasswordAndCode(authenticated, typed, async (tx, at) => {
    await secondFactorsStore.remove(tx, scope, user.id);
    await sessionsStore.endAllOfUser(tx, scope, user.id, session.id);
    await activityStore.record(tx, scope, { kind: 'secondFactor.removed' }, user.id, at);
  });
}

/** The actions of users on their own second factor. */
export const createSecondFactor = (deps: SecondFactorDependencies) =>
  bind(deps, { needsPassword, countRecoveryCodes, setUp, regenerateCodes, remove });
