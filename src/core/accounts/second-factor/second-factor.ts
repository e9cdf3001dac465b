import { conflict, Failure, type FieldFault } from '../../../domain/errors.ts';
import { withSecondFactor } from '../../../domain/people/authentication.ts';
import { isSecondFactorRequired, parseCode } from '../../../domain/people/second-factor.ts';
import { recheckSession } from '../sessions/recheck.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { newRecoveryCodes } from './codes.ts';
import type { Asker, Proof, TypedProof } from './proof.ts';
import { seedPurpose, matchingTimeStep } from '../../../platform/keys/totp.ts';
import type { Vault } from '../../../platform/keys/vault.ts';
import { activityStore } from '../../activity/index.ts';
import * as secondFactorsStore from '../stores/second-factors.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

/** Recovery codes in clear, to be shown once; or what is wrong with the form. */
export type CodesResult =
  | { readonly outcome: 'done'; readonly codes: readonly string[] }
  | { readonly outcome: 'invalid'; readonly fault: FieldFault };

// So recent a password need not be typed again.
const freshMs = 10 * 60_000;

export type SecondFactor = ReturnType<typeof createSecondFactor>;

export interface SecondFactorDependencies {
  readonly database: Database;
  readonly vault: Vault;
  readonly proof: Proof;
  readonly throttle: Throttle;
  readonly clock: () => number;
}

export function needsPassword(deps: SecondFactorDependencies, { session }: Pick<Asker, 'session'>): boolean {
  const { clock } = deps;
  return clock() - session.authTime > freshMs;
}

async function faultOf(
  deps: SecondFactorDependencies,
  asker: Asker,
  seed: string,
  typed: TypedProof,
): Promise<FieldFault | { step: number }> {
  const { throttle, proof, clock } = deps;
  const wait = await throttle.takeBudget('secondFactor', asker.session.user.id);
  if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
  const fault = needsPassword(deps, asker) ? await proof.password(asker, typed.currentPassword) : null;
  if (fault !== null) return fault;
  const read = parseCode(typed.code);
  const step = read?.kind === 'app' ? matchingTimeStep(seed, read.code, clock()) : null;
  return step === null ? { field: 'code', code: 'secondFactor.firstCodeWrong' } : { step };
}

/** @returns how many recovery codes somebody has left; null where they have no second factor */
export async function codesLeft(
  deps: SecondFactorDependencies,
  { scope, session: { user } }: Pick<Asker, 'scope' | 'session'>,
): Promise<number | null> {
  const { database } = deps;
  return user.secondFactorAt === null ? null : secondFactorsStore.countRecoveryCodes(database, scope, user.id);
}

/**
 * Takes a seed on, once its first code shows that an app has it. The other sessions, opened without it, end.
 * @throws Failure throttled, or conflict where another was set up or the session ended meanwhile
 */
export async function setUp(
  deps: SecondFactorDependencies,
  asker: Asker,
  seed: string,
  typed: TypedProof,
): Promise<CodesResult> {
  const { database, clock, vault } = deps;
  const { scope, session } = asker;
  const { user } = session;
  const checked = await faultOf(deps, asker, seed, typed);
  if (!('step' in checked)) return { outcome: 'invalid', fault: checked };
  const { codes, digests } = newRecoveryCodes(user.id);
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const at = clock();
    await recheckSession(tx, session, at);
    const factor = { seed: vault.seal(seed, seedPurpose(user.id)), step: checked.step, recoveryDigests: digests, at };
    if (!(await secondFactorsStore.insert(tx, scope, user.id, factor))) throw conflict('secondFactor.changed');
    if (!(await sessionsStore.noteAuthentication(tx, session, withSecondFactor(session.amr, 'otp'), at)))
      throw conflict('secondFactor.changed');
    await sessionsStore.endAllOfUser(tx, scope, user.id, session.id);
    await activityStore.record(tx, scope, { kind: 'secondFactor.setUp' }, user.id, at);
  });
  return { outcome: 'done', codes };
}

/** Makes ten new recovery codes; those before open nothing any more. @throws Failure throttled */
export async function renewCodes(
  deps: SecondFactorDependencies,
  asker: Asker,
  typed: TypedProof,
): Promise<CodesResult> {
  const { proof } = deps;
  const { scope, session } = asker;
  const { codes, digests } = newRecoveryCodes(session.user.id);
  const fault = await proof.both(asker, typed, async (tx, at) => {
    await secondFactorsStore.replaceCodes(tx, scope, session.user.id, digests, at);
    await activityStore.record(tx, scope, { kind: 'secondFactor.codesReplaced' }, session.user.id, at);
  });
  return fault === null ? { outcome: 'done', codes } : { outcome: 'invalid', fault };
}

/**
 * Removes somebody's own; their other sessions end.
 * @returns what is wrong with the form, or null. @throws Failure throttled, or forbidden where the rules require one
 */
export async function remove(
  deps: SecondFactorDependencies,
  asker: Asker,
  typed: TypedProof,
): Promise<FieldFault | null> {
  const { proof } = deps;
  const { scope, session } = asker;
  const { user, tenant } = session;
  const required = isSecondFactorRequired(scope.rules, user.administratorLevel, tenant.kind);
  if (required) throw new Failure('forbidden', { code: 'secondFactor.required' });
  return proof.both(asker, typed, async (tx, at) => {
    await secondFactorsStore.remove(tx, scope, user.id);
    await sessionsStore.endAllOfUser(tx, scope, user.id, session.id);
    await activityStore.record(tx, scope, { kind: 'secondFactor.removed' }, user.id, at);
  });
}

/** What somebody does to their own second factor. */
export const createSecondFactor = (deps: SecondFactorDependencies) =>
  bind(deps, { needsPassword, codesLeft, setUp, renewCodes, remove });
