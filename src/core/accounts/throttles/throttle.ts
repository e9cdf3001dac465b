import type { Database } from '../../../platform/database/database.ts';
import { Failure } from '../../../domain/errors.ts';
import type { RegionRules, ThrottleRule } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import { bind } from '../../../platform/bind.ts';
import { createCodeThrottle, type CodeThrottle } from './code-throttle.ts';
import { consume, createLimiter, type Wait, type Limiters } from './limiter.ts';
import { createPasswordLimits, keysOf, limitsOf, type Attempt, type PasswordLimits } from './password-limits.ts';
import { digest, type CostlyAct } from './throttle-keys.ts';
import { userOf } from '../../../domain/principal.ts';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';

export type { Attempt } from './password-limits.ts';

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
  return { codes, ...bind(deps, { take, isRecorded, giveBack, forgive, takeBudget, spend, forget }) };
}

async function take({ limits }: ThrottleDependencies, attempt: Attempt): Promise<Wait | null> {
  for (const [limiter, key] of limitsOf(limits, attempt)) {
    const wait = await consume(limiter, key);
    if (wait !== null) return wait;
  }
  return null;
}

async function isRecorded({ limits }: ThrottleDependencies, attempt: Attempt): Promise<boolean> {
  if (attempt.kind === 'own') return true;
  const { far, from } = keysOf(attempt);
  return (
    (await consume(limits.recordsOfName, far)) === null && (await consume(limits.recordsFromAddress, from)) === null
  );
}

async function giveBack({ limits }: ThrottleDependencies, attempt: Attempt): Promise<void> {
  for (const [limiter, key] of limitsOf(limits, attempt)) await limiter.reward(key, 1);
}

async function forgive({ limits }: ThrottleDependencies, attempt: Attempt): Promise<void> {
  const { near, far, from } = keysOf(attempt);
  await limits.pairOf(attempt).delete(near);
  await limits.row.delete(far);
  if (attempt.kind === 'temporary') {
    await limits.temporary.reward(from, 1);
    return;
  }
  if (attempt.knownDevice !== null) {
    await limits.devices.reward(far, 1);
    return;
  }
  await limits.address.reward(from, 1);
  await limits.account.reward(far, 1);
}

function takeBudget(
  { budgets }: ThrottleDependencies,
  act: CostlyAct,
  actorId: string,
  times = 1,
): Promise<Wait | null> {
  return consume(budgets[act], actorId, times);
}

async function spend({ budgets }: ThrottleDependencies, { principal }: Scope, act: CostlyAct): Promise<void> {
  const user = userOf(principal);
  const wait = user && (await consume(budgets[act], user.userId));
  if (wait) throw new Failure('throttled', { retryAfter: wait.retryAfter });
}

async function forget(
  { limits, codes }: ThrottleDependencies,
  { username, epoch }: { readonly username: string; readonly epoch: number },
): Promise<void> {
  const { row, account, devices, recordsOfName } = limits;
  for (let each = 0; each <= epoch; each++) {
    const far = digest(`${username}|${each}`);
    for (const limiter of [row, account, devices, recordsOfName]) await limiter.delete(far);
  }
  await codes.forget({ username });
}

export type Budgets = Readonly<Record<CostlyAct, RateLimiterAbstract>>;

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
export function createBudgets(limiter: Limiters): Budgets {
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
