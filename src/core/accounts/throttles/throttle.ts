import type { Database } from '../../../platform/database/database.ts';
import { Failure } from '../../../domain/errors.ts';
import type { RegionRules, ThrottleRule } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import { bind } from '../../../platform/bind.ts';
import { createCodeThrottle, type CodeThrottle } from './code-throttle.ts';
import { consume, createLimiter, type Wait, type CreateLimiter } from './limiter.ts';
import { createPasswordLimits, keysOf, limitsOf, type Attempt, type PasswordLimits } from './password-limits.ts';
import { digest, type BudgetedAction } from './throttle-keys.ts';
import { userBehind } from '../../../domain/principal.ts';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';

export type { Attempt } from './password-limits.ts';

export interface Throttle {
  /** Counts a try before it is made, so that parallel tries cannot slip through. @returns null, or how long to wait */
  consume(attempt: Attempt): Promise<Wait | null>;
  /** Tries at a second factor. */
  readonly codes: CodeThrottle;
  /**
   * Counts a refused sign-in that is about to be recorded.
   * @returns whether to record it; false once its name or address has filled its share of the log for a day
   */
  shouldRecordFailure(attempt: Attempt): Promise<boolean>;
  /** Takes one count back, for a try that could not be looked at. */
  refund(attempt: Attempt): Promise<void>;
  /** Takes the count back after the right password. */
  reset(attempt: Attempt): Promise<void>;
  /** Counts costly acts of a signed-in user. @returns null, or how long to wait */
  consumeBudget(act: BudgetedAction, actorId: string, times?: number): Promise<Wait | null>;
  /** The same for the scope's actor; the operator's acts are not counted. @throws Failure throttled */
  requireBudget(scope: Scope, act: BudgetedAction): Promise<void>;
  /** Forgets the counts of somebody who is erased: those that last up to a year. */
  deleteCounts(user: { readonly username: string; readonly epoch: number }): Promise<void>;
}

interface ThrottleDependencies {
  readonly limits: PasswordLimits;
  readonly budgets: Budgets;
  readonly codes: CodeThrottle;
}

/** Throttles in the region's own database: they apply on every node, survive a restart, and fail closed with it. */
export function createThrottle(database: Database, rules: RegionRules): Throttle {
  const limiter = createLimiter.bind(null, database);
  const codes = createCodeThrottle(limiter, rules);
  const deps = { limits: createPasswordLimits(limiter, rules), budgets: createBudgets(limiter), codes };
  return {
    codes,
    ...bind(deps, {
      consume: consumeAttempt,
      shouldRecordFailure,
      refund,
      reset,
      consumeBudget,
      requireBudget,
      deleteCounts,
    }),
  };
}

async function consumeAttempt({ limits }: ThrottleDependencies, attempt: Attempt): Promise<Wait | null> {
  for (const [limiter, key] of limitsOf(limits, attempt)) {
    const wait = await consume(limiter, key);
    if (wait !== null) return wait;
  }
  return null;
}

async function shouldRecordFailure({ limits }: ThrottleDependencies, attempt: Attempt): Promise<boolean> {
  if (attempt.kind === 'own') return true;
  const { account, network } = keysOf(attempt);
  return (
    (await consume(limits.recordsPerName, account)) === null &&
    (await consume(limits.recordsPerAddress, network)) === null
  );
}

async function refund({ limits }: ThrottleDependencies, attempt: Attempt): Promise<void> {
  for (const [limiter, key] of limitsOf(limits, attempt)) await limiter.reward(key, 1);
}

async function reset({ limits }: ThrottleDependencies, attempt: Attempt): Promise<void> {
  const { accountAndSource, account, network } = keysOf(attempt);
  await limits.perAccountAndSource(attempt).delete(accountAndSource);
  await limits.consecutiveFailures.delete(account);
  if (attempt.kind === 'temporary') {
    await limits.temporaryPasswords.reward(network, 1);
    return;
  }
  if (attempt.knownDevice !== null) {
    await limits.devices.reward(account, 1);
    return;
  }
  await limits.address.reward(network, 1);
  await limits.account.reward(account, 1);
}

function consumeBudget(
  { budgets }: ThrottleDependencies,
  act: BudgetedAction,
  actorId: string,
  times = 1,
): Promise<Wait | null> {
  return consume(budgets[act], actorId, times);
}

async function requireBudget(
  { budgets }: ThrottleDependencies,
  { principal }: Scope,
  act: BudgetedAction,
): Promise<void> {
  const user = userBehind(principal);
  const wait = user && (await consume(budgets[act], user.userId));
  if (wait) throw new Failure('throttled', { retryAfter: wait.retryAfter });
}

async function deleteCounts(
  { limits, codes }: ThrottleDependencies,
  { username, epoch }: { readonly username: string; readonly epoch: number },
): Promise<void> {
  const { consecutiveFailures, account, devices, recordsPerName } = limits;
  for (let each = 0; each <= epoch; each++) {
    const far = digest(`${username}|${each}`);
    for (const limiter of [consecutiveFailures, account, devices, recordsPerName]) await limiter.delete(far);
  }
  await codes.deleteCounts({ username });
}

export type Budgets = Readonly<Record<BudgetedAction, RateLimiterAbstract>>;

const resetsPerMinute = 90;
// Each may occupy the thread that counts guesses for a second.
const changesPerMinute = 10;
// Each reads and sends as many entries as the log has.
const logExports: ThrottleRule = { attempts: 12, windowMinutes: 10, blockMinutes: 10 };
// Each reads or writes a whole tenant.
const filesPerMinute = 10;
// Each notifies up to two hundred people by email.
const approvals: ThrottleRule = { attempts: 30, windowMinutes: 60, blockMinutes: 60 };
// Each may read a hundred thousand entries.
const personalDataPerMinute = 30;

/** Limits on what a signed-in user may do in a given time because it is expensive. */
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
