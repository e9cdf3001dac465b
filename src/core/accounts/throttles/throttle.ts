import type { Database } from '../../../platform/database/database.ts';
import { Failure } from '../../../domain/errors.ts';
import type { RegionRules, ThrottleRule } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import { bind } from '../../../platform/bind.ts';
import { createCodeThrottle, type CodeThrottle } from './code-throttle.ts';
import { consume, createLimiter, type Wait, type CreateLimiter } from './limiter.ts';
import { createPasswordLimits, keysOf, limitsOf, type Attempt, type PasswordLimits } from './password-limits.ts';
import { digest, type BudgetedAction } from './throttle-keys.ts';
import { userOf } from '../../../domain/principal.ts';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';

export type { Attempt } from './password-limits.ts';

export interface Throttle {
  /**
   * Counts an attempt before the password is checked, so that concurrent attempts cannot exceed the limit.
   * @returns the waiting time if the attempt is throttled; null otherwise
   */
  consume(attempt: Attempt): Promise<Wait | null>;
  /** Throttles second-factor attempts. */
  readonly codes: CodeThrottle;
  /**
   * Counts a failed sign-in that is about to be recorded.
   * @returns whether to record it; false if the user name or IP address has reached its limit of log entries
   */
  shouldRecordFailure(attempt: Attempt): Promise<boolean>;
  /**
   * Counts a refused attempt that is about to be recorded.
   * @returns whether to record it: true only for the first one in a block, and only until the IP address reaches its
   * limit of log entries
   */
  shouldRecordRefusal(attempt: Attempt, wait: Wait): Promise<boolean>;
  /** Undoes the count of an attempt that could not be checked. */
  refund(attempt: Attempt): Promise<void>;
  /**
   * After a correct password, undoes the count of the attempt, and deletes the account's counts of consecutive failures
   * and of failures from this browser or IP address.
   */
  reset(attempt: Attempt): Promise<void>;
  /**
   * Counts expensive actions of a signed-in user.
   * @returns the waiting time if the budget is exhausted; null otherwise
   */
  consumeBudget(action: BudgetedAction, actorId: string, times?: number): Promise<Wait | null>;
  /**
   * Counts an expensive action of the scope's actor. The operator is exempt.
   * @throws Failure throttled
   */
  requireBudget(scope: Scope, action: BudgetedAction): Promise<void>;
  /** Deletes the long-lived counters of a user who was erased. */
  deleteCounts(user: { readonly username: string; readonly epoch: number }): Promise<void>;
}

interface ThrottleDependencies {
  readonly limits: PasswordLimits;
  readonly budgets: Budgets;
  readonly codes: CodeThrottle;
}

/**
 * Creates the throttles. They are stored in the region's database, so all nodes share them, and a restart does not
 * reset them. If the database is unavailable, every attempt fails.
 */
export function createThrottle(database: Database, rules: RegionRules, clock: () => number): Throttle {
  const limiter = createLimiter.bind(null, database);
  const codes = createCodeThrottle(limiter, rules);
  const limits = createPasswordLimits({ database, limiter, clock }, rules);
  const deps = { limits, budgets: createBudgets(limiter), codes };
  return {
    codes,
    ...bind(deps, {
      consume: consumeAttempt,
      shouldRecordFailure,
      shouldRecordRefusal,
      refund,
      reset,
      consumeBudget,
      requireBudget,
      deleteCounts,
    }),
  };
}

async function consumeAttempt({ limits }: ThrottleDependencies, attempt: Attempt): Promise<Wait | null> {
  const counted = [];
  for (const limit of limitsOf(limits, attempt)) {
    const wait = await limit.take();
    if (wait !== null) {
      // The password is not checked, so the attempt must not count toward the other limits either.
      for (const each of counted) await each.refund();
      return wait;
    }
    counted.push(limit);
  }
  return null;
}

async function shouldRecordFailure({ limits }: ThrottleDependencies, attempt: Attempt): Promise<boolean> {
  const { account, network } = keysOf(attempt);
  if (attempt.kind === 'own') {
    const isUnknown = attempt.sessionId === null && attempt.knownDevice === null;
    return !isUnknown || (await consume(limits.ownRecordsPerAddress, network)) === null;
  }
  return (
    (await consume(limits.recordsPerName, account)) === null &&
    (await consume(limits.recordsPerAddress, network)) === null
  );
}

async function shouldRecordRefusal(
  { limits }: ThrottleDependencies,
  attempt: Attempt,
  { isFirstRefusal }: Wait,
): Promise<boolean> {
  return isFirstRefusal && (await consume(limits.refusalRecordsPerAddress, keysOf(attempt).network)) === null;
}

async function refund({ limits }: ThrottleDependencies, attempt: Attempt): Promise<void> {
  for (const limit of limitsOf(limits, attempt)) await limit.refund();
}

async function reset({ limits }: ThrottleDependencies, attempt: Attempt): Promise<void> {
  const { accountAndSource, account, network } = keysOf(attempt);
  await limits.perAccountAndSource(attempt).delete(accountAndSource);
  await limits.consecutiveFailures.delete(account);
  if (attempt.kind === 'temporary') await limits.temporaryPasswords.reward(network, 1);
  else if (attempt.sessionId !== null) await limits.sessions.refund(account);
  else if (attempt.knownDevice !== null) await limits.devices.refund(account);
  else {
    await limits.reservePerName.delete(accountAndSource);
    await limits.address.reward(network, 1);
    await limits.account.refund(account);
  }
}

function consumeBudget(
  { budgets }: ThrottleDependencies,
  action: BudgetedAction,
  actorId: string,
  times = 1,
): Promise<Wait | null> {
  return consume(budgets[action], actorId, times);
}

async function requireBudget(
  { budgets }: ThrottleDependencies,
  { principal }: Scope,
  action: BudgetedAction,
): Promise<void> {
  const user = userOf(principal);
  const wait = user && (await consume(budgets[action], user.userId));
  if (wait) throw new Failure('throttled', { retryAfter: wait.retryAfter });
}

async function deleteCounts(
  { limits, codes }: ThrottleDependencies,
  { username, epoch }: { readonly username: string; readonly epoch: number },
): Promise<void> {
  const { consecutiveFailures, account, devices, sessions, recordsPerName } = limits;
  for (let each = 0; each <= epoch; each++) {
    const accountKey = digest(`${username}|${each}`);
    for (const limiter of [consecutiveFailures, recordsPerName]) await limiter.delete(accountKey);
    for (const waits of [account, devices, sessions]) await waits.delete(accountKey);
  }
  await codes.deleteCounts({ username });
}

export type Budgets = Readonly<Record<BudgetedAction, RateLimiterAbstract>>;

const resetsPerMinute = 90;
// Each change may occupy the password strength worker for a second.
const changesPerMinute = 10;
// Each export reads and sends the whole log.
const logExports: ThrottleRule = { attempts: 12, windowMinutes: 10, blockMinutes: 10 };
// Each import or export reads or writes all of a tenant's users.
const filesPerMinute = 10;
// Each request notifies up to two hundred administrators by email.
const approvals: ThrottleRule = { attempts: 30, windowMinutes: 60, blockMinutes: 60 };
// Each page of personal data may read a hundred thousand entries.
const personalDataPerMinute = 30;

/** Creates the rate limits for expensive actions. */
export function createBudgets(limiter: CreateLimiter): Budgets {
  return {
    reset: limiter('reset', perMinute(resetsPerMinute)),
    change: limiter('change', perMinute(changesPerMinute)),
    logExport: limiter('logExport', logExports),
    secondFactor: limiter('secondFactor', perMinute(changesPerMinute)),
    import: limiter('import', perMinute(filesPerMinute)),
    export: limiter('export', perMinute(filesPerMinute)),
    approval: limiter('approval', approvals),
    personalData: limiter('personalData', perMinute(personalDataPerMinute)),
  };
}

const perMinute = (attempts: number): ThrottleRule => ({ attempts, windowMinutes: 1, blockMinutes: 1 });
