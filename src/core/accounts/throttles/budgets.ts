import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { ThrottleRule } from '../../../domain/regions.ts';
import type { Limiters } from './limiter.ts';
import type { CostlyAct } from './throttle-keys.ts';

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
