import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Database } from '../../../platform/database/database.ts';
import { Failure } from '../../../domain/errors.ts';
import type { PresentedPassword } from '../../../domain/people/password.ts';
import type { RegionRules, ThrottleRule } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import { createCodeThrottle, type CodeThrottle } from './code-throttle.ts';
import { consume, createLimiter, networkOf, type Wait } from './limiter.ts';
import { digest, type CostlyAct } from './throttle-keys.ts';

/** What one try at a password is counted under. */
export interface Attempt {
  /** Decides which limits apply, whatever kind of password the user has, if there is a user at all. */
  readonly kind: PresentedPassword['kind'];
  /** Canonical user name, whether or not anybody has it. */
  readonly username: string;
  readonly address: string;
  /** The user's epoch, 0 where there is no user: tries at a password that was replaced do not count against the new one. */
  readonly epoch: number;
  /** The mark of a browser in which this user has signed in before, or null. */
  readonly knownDevice: string | null;
  /** How many tries the rules of the user's tenant allow from one address; null where there is no user. */
  readonly attempts: number | null;
}

export interface Throttle {
  /** Counts a try before it is made, so that parallel tries cannot slip through. @returns null, or how long to wait */
  take(attempt: Attempt): Promise<Wait | null>;
  /** Tries at a second factor. */
  readonly codes: CodeThrottle;
  /**
   * Counts a refused sign-in that is about to be recorded.
   * @returns whether to record it; false once its name or address has filled its share of the log for a day
   */
  isRecorded(attempt: Attempt): Promise<boolean>;
  /** Takes one count back, for a try that could not be looked at. */
  giveBack(attempt: Attempt): Promise<void>;
  /** Takes the count back after the right password. */
  forgive(attempt: Attempt): Promise<void>;
  /** Counts costly acts of a signed-in user. @returns null, or how long to wait */
  takeBudget(act: CostlyAct, actorId: string, times?: number): Promise<Wait | null>;
  /** The same for the scope's actor; the operator's acts are not counted. @throws Failure throttled */
  spend(scope: Scope, act: CostlyAct): Promise<void>;
  /** Forgets the counts of somebody who is erased: those that last up to a year. */
  forget(user: { readonly username: string; readonly epoch: number }): Promise<void>;
}

// NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures on one account, however slow they come.
const mostConsecutiveFailures = 100;
// 100 random bits can't be guessed online, so this limits the cost alone: one verification takes about 12 ms of one core.
// 250 of them, the most that one address can queue at a time, occupy a hashing slot for 3 s. Short, because everyone
// behind a shared address waits together.
const temporaryPasswords: ThrottleRule = { attempts: 250, windowMinutes: 15, blockMinutes: 15 };
const resetsPerMinute = 90;
// Each may cost a second of the thread that counts guesses.
const changesPerMinute = 10;
// Each reads, and sends, as many entries as the log has.
const logExports: ThrottleRule = { attempts: 12, windowMinutes: 10, blockMinutes: 10 };
// Each reads or writes a whole company.
const filesPerMinute = 10;
// Each tells up to two hundred people by mail.
const approvals: ThrottleRule = { attempts: 30, windowMinutes: 60, blockMinutes: 60 };
// Each may read a hundred thousand entries.
const personalDataPerMinute = 30;
const dayMinutes = 24 * 60;
// In practice for ever: only the right password, or an administrator's reset, clears it sooner.
const yearMinutes = 365 * dayMinutes;

/** Throttles in the region's own database: they hold on every node, after a restart, and fail closed with it. */
export function createThrottle(database: Database, rules: RegionRules): Throttle {
  const limiter = (keyPrefix: string, rule: ThrottleRule) => createLimiter(database, keyPrefix, rule);
  const regionsPair = rules.throttle.perAccountAndAddress;
  const pairs = new Map<number, RateLimiterAbstract>();
  // All count under the same keys: only where the count ends differs between tenants.
  const pairOf = ({ attempts }: Attempt): RateLimiterAbstract => {
    const most = Math.min(regionsPair.attempts, attempts ?? regionsPair.attempts);
    let pair = pairs.get(most);
    if (pair === undefined) pairs.set(most, (pair = limiter('pair', { ...regionsPair, attempts: most })));
    return pair;
  };
  const account = limiter('account', rules.throttle.perAccount);
  const address = limiter('address', rules.throttle.perAddress);
  const temporary = limiter('temporary', temporaryPasswords);
  // Refusals of own passwords are few because they are limited; those of temporary ones get the same share of the log.
  const recordsOfName = limiter('recordName', rules.throttle.perAccount);
  const recordsFromAddress = limiter('recordAddress', rules.throttle.perAddress);
  const row = limiter('row', {
    attempts: mostConsecutiveFailures,
    windowMinutes: yearMinutes,
    blockMinutes: yearMinutes,
  });
  // Marks of known browsers can be collected: together they have a cap of their own.
  const devices = limiter('devices', rules.throttle.perAccount);
  const budgets = {
    reset: limiter('reset', { attempts: resetsPerMinute, windowMinutes: 1, blockMinutes: 1 }),
    change: limiter('change', { attempts: changesPerMinute, windowMinutes: 1, blockMinutes: 1 }),
    logExport: limiter('logExport', logExports),
    secondFactor: limiter('secondFactor', { attempts: changesPerMinute, windowMinutes: 1, blockMinutes: 1 }),
    import: limiter('import', { attempts: filesPerMinute, windowMinutes: 1, blockMinutes: 1 }),
    export: limiter('export', { attempts: filesPerMinute, windowMinutes: 1, blockMinutes: 1 }),
    approval: limiter('approval', approvals),
    personalData: limiter('personalData', { attempts: personalDataPerMinute, windowMinutes: 1, blockMinutes: 1 }),
  };

  // Whoever signed in from this browser before is not locked out by strangers who guess at the same name.
  const limitsOf = (attempt: Attempt): [RateLimiterAbstract, string][] => {
    const { near, far, from } = keysOf(attempt);
    // A limit per name would let strangers lock out every user who has not signed in yet.
    if (attempt.kind === 'temporary') return [[temporary, from]];
    if (attempt.knownDevice !== null) {
      return [
        [pairOf(attempt), near],
        [devices, far],
      ];
    }
    return [
      [pairOf(attempt), near],
      [address, from],
      [account, far],
      [row, far],
    ];
  };

  const codes = createCodeThrottle(limiter, rules);

  return {
    codes,
    take: async (attempt) => {
      for (const [limit, key] of limitsOf(attempt)) {
        const wait = await consume(limit, key);
        if (wait !== null) return wait;
      }
      return null;
    },
    isRecorded: async (attempt) => {
      if (attempt.kind === 'own') return true;
      const { far, from } = keysOf(attempt);
      return (await consume(recordsOfName, far)) === null && (await consume(recordsFromAddress, from)) === null;
    },
    giveBack: async (attempt) => {
      for (const [limit, key] of limitsOf(attempt)) await limit.reward(key, 1);
    },
    forgive: async (attempt) => {
      const { near, far, from } = keysOf(attempt);
      await pairOf(attempt).delete(near);
      await row.delete(far);
      if (attempt.kind === 'temporary') {
        await temporary.reward(from, 1);
        return;
      }
      if (attempt.knownDevice !== null) {
        await devices.reward(far, 1);
        return;
      }
      await address.reward(from, 1);
      await account.reward(far, 1);
    },
    takeBudget: (act, actorId, times = 1) => consume(budgets[act], actorId, times),
    spend: async ({ actor }, act) => {
      const wait = actor && (await consume(budgets[act], actor.id));
      if (wait) throw new Failure('throttled', { retryAfter: wait.retryAfter });
    },
    forget: async ({ username, epoch }) => {
      for (let each = 0; each <= epoch; each++) {
        const far = digest(`${username}|${each}`);
        for (const limit of [row, account, devices, recordsOfName]) await limit.delete(far);
      }
      await codes.forget({ username });
    },
  };
}

function keysOf({ username, epoch, address, knownDevice }: Attempt): { near: string; far: string; from: string } {
  const network = networkOf(address);
  const account = `${username}|${epoch}`;
  return { near: digest(`${account}|${knownDevice ?? network}`), far: digest(account), from: digest(network) };
}
