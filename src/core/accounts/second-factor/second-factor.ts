import { conflict, Failure, type FieldFault } from '../../../domain/errors.ts';
import { isSecondFactorRequired, readCode } from '../../../domain/people/second-factor.ts';
import type { Stores } from '../../../stores.ts';
import { stillSignedIn } from '../sessions/recheck.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { newRecoveryCodes, seedOf } from './codes.ts';
import type { Asker, Proof, TypedProof } from './proof.ts';
import { stepOf } from './totp.ts';
import type { Vault } from '../../../platform/keys/vault.ts';

/** Recovery codes in clear, to be shown once; or what is wrong with the form. */
export type CodesResult =
  | { readonly outcome: 'done'; readonly codes: readonly string[] }
  | { readonly outcome: 'invalid'; readonly fault: FieldFault };

// So recent a password need not be typed again.
const freshMs = 10 * 60_000;

export type SecondFactor = ReturnType<typeof createSecondFactor>;

/** What somebody does to their own second factor. */
export function createSecondFactor(parts: {
  stores: Stores;
  vault: Vault;
  proof: Proof;
  throttle: Throttle;
  clock: () => number;
}) {
  const { stores, vault, proof, throttle, clock } = parts;

  const needsPassword = ({ session }: Pick<Asker, 'session'>): boolean => clock() - session.createdAt > freshMs;

  async function faultOf(asker: Asker, seed: string, typed: TypedProof): Promise<FieldFault | { step: number }> {
    const wait = await throttle.takeBudget('secondFactor', asker.session.user.id);
    if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
    const fault = needsPassword(asker) ? await proof.password(asker, typed.currentPassword) : null;
    if (fault !== null) return fault;
    const read = readCode(typed.code);
    const step = read?.kind === 'app' ? stepOf(seed, read.code, clock()) : null;
    return step === null ? { field: 'code', key: 'second-factor:error.firstCode' } : { step };
  }

  return {
    needsPassword,

    /** @returns how many recovery codes somebody has left; null where they have no second factor */
    codesLeft: async ({ scope, session: { user } }: Pick<Asker, 'scope' | 'session'>): Promise<number | null> =>
      user.secondFactorAt === null ? null : stores.secondFactors.countRecoveryCodes(scope, user.id),

    /**
     * Takes a seed on, once its first code shows that an app has it. The other sessions, opened without it, end.
     * @throws Failure throttled, or conflict where another was set up or the session ended meanwhile
     */
    setUp: async (asker: Asker, seed: string, typed: TypedProof): Promise<CodesResult> => {
      const { scope, session } = asker;
      const { user } = session;
      const checked = await faultOf(asker, seed, typed);
      if (!('step' in checked)) return { outcome: 'invalid', fault: checked };
      const { codes, digests } = newRecoveryCodes(user.id);
      await stores.transaction(async (within) => {
        await within.tenants.lock(scope);
        const at = clock();
        await stillSignedIn(within, session, at);
        const factor = { seed: vault.seal(seed, seedOf(user.id)), step: checked.step, recoveryDigests: digests, at };
        if (!(await within.secondFactors.insert(scope, user.id, factor))) throw conflict('second-factor:conflict');
        if (!(await within.secondFactors.giveCode(session.id, user.id))) throw conflict('second-factor:conflict');
        await within.sessions.endAllOf(scope, user.id, session.id);
        await within.activity.record(scope, { kind: 'secondFactor.setUp' }, user.id, at);
      });
      return { outcome: 'done', codes };
    },

    /** Makes ten new recovery codes; those before open nothing any more. @throws Failure throttled */
    renewCodes: async (asker: Asker, typed: TypedProof): Promise<CodesResult> => {
      const { scope, session } = asker;
      const { codes, digests } = newRecoveryCodes(session.user.id);
      const fault = await proof.both(asker, typed, async (within, at) => {
        await within.secondFactors.replaceCodes(scope, session.user.id, digests);
        await within.activity.record(scope, { kind: 'secondFactor.codesReplaced' }, session.user.id, at);
      });
      return fault === null ? { outcome: 'done', codes } : { outcome: 'invalid', fault };
    },

    /**
     * Removes somebody's own; their other sessions end.
     * @returns what is wrong with the form, or null. @throws Failure throttled, or forbidden where the rules require one
     */
    remove: async (asker: Asker, typed: TypedProof): Promise<FieldFault | null> => {
      const { scope, session } = asker;
      const { user, tenant } = session;
      const required = isSecondFactorRequired(scope.rules, user.administratorLevel, tenant.kind);
      if (required) throw new Failure('forbidden', { because: 'second-factor:required' });
      return proof.both(asker, typed, async (within, at) => {
        await within.secondFactors.remove(scope, user.id);
        await within.sessions.endAllOf(scope, user.id, session.id);
        await within.activity.record(scope, { kind: 'secondFactor.removed' }, user.id, at);
      });
    },
  };
}
