import type { FieldFault } from '../../domain/errors.ts';
import { Failure } from '../../domain/errors.ts';
import { readPassword } from '../../domain/password.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Stores } from '../../stores.ts';
import type { Hasher } from '../passwords/hasher.ts';
import type { LiveSession } from '../sessions/sessions.store.ts';
import type { Attempt, Throttle } from '../sessions/throttle.ts';
import { recordIfRecovery, type CodeCheck } from './codes.ts';

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

export type Proof = ReturnType<typeof createProof>;

/** An open session alone, such as one on a screen that was left, changes no second factor. */
export function createProof(parts: {
  stores: Stores;
  hasher: Hasher;
  accept: CodeCheck;
  throttle: Throttle;
  clock: () => number;
}) {
  const { stores, hasher, accept, throttle, clock } = parts;

  async function refuse(scope: Scope, userId: string, fault: FieldFault): Promise<FieldFault> {
    await stores.activity.record(scope, { kind: 'secondFactor.changeRefused' }, userId, clock());
    return fault;
  }

  /** @returns what is wrong with the password, or null. It counts in the sign-in's throttle. @throws Failure throttled */
  async function password({ scope, session, attempt }: Asker, typed: string): Promise<FieldFault | null> {
    const wait = await throttle.take(attempt);
    if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
    const credentials = await stores.credentials.findOwn(scope);
    const read = readPassword(typed);
    const right = credentials !== null && read !== null && (await hasher.verify(credentials.passwordHash, read));
    if (right) {
      await throttle.forgive(attempt);
      return null;
    }
    return refuse(scope, session.user.id, { field: 'currentPassword', key: 'passwords:error.currentWrong' });
  }

  return {
    password,

    /**
     * Asks for password and code, and does something in the transaction that uses the code up.
     * @returns what is wrong, or null once it is done. @throws Failure throttled
     */
    both: async (
      asker: Asker,
      typed: TypedProof,
      work: (within: Stores, at: number) => Promise<void>,
    ): Promise<FieldFault | null> => {
      const { scope, session } = asker;
      const fault = await password(asker, typed.currentPassword);
      if (fault !== null) return fault;
      const { attempts } = scope.rules.throttle.perAccountAndAddress;
      const wait = await throttle.codes.take(session.user, attempts);
      if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
      const accepted = await stores.transaction(async (within) => {
        await within.tenants.lock(scope);
        const how = await accept(within, scope, session.user.id, typed.code);
        if (how === null) return false;
        await recordIfRecovery(within, scope, session.user.id, how, clock());
        await work(within, clock());
        return true;
      });
      if (!accepted) return refuse(scope, session.user.id, { field: 'code', key: 'second-factor:error.code' });
      await throttle.codes.forgive(session.user, attempts);
      return null;
    },
  };
}
