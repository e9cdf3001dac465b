import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { RegionRules, ThrottleRule } from '../../../domain/regions.ts';
import { bind } from '../../../platform/bind.ts';
import { consume, limitersByAttempts, type CreateLimiter, type Wait } from './limiter.ts';
import type { EnteredCode } from '../../../domain/people/second-factor.ts';
import { codeOwnersOf, digest } from './throttle-keys.ts';

/** An attempt with a code, and where it was entered. */
export interface CodeAttempt {
  readonly username: string;
  /** Recovery codes can't be guessed, so they are limited only within their session. */
  readonly kind: EnteredCode['kind'];
  readonly sessionId: string;
  /**
   * `signIn`: at sign-in in an unknown browser. `knownDevice`: at sign-in in a browser in which the user has entered a
   * code before. `session`: in a session that is already open. Each place has its own counters, so that an attacker who
   * has only the password can't use up the user's attempts.
   */
  readonly place: 'signIn' | 'knownDevice' | 'session';
  /** The ID of the known browser; null for the other places. */
  readonly knownDevice: string | null;
}

export interface CodeThrottle {
  /**
   * Counts an attempt with a code from the app or a recovery code, before the code is checked.
   * @param attempts the number of consecutive attempts that the rules allow
   * @returns the waiting time if the attempt is throttled; null otherwise
   */
  consume(attempt: CodeAttempt, attempts: number): Promise<Wait | null>;
  /** Undoes the count of an attempt that could not be checked. */
  refund(attempt: CodeAttempt, attempts: number): Promise<void>;
  /** Resets the counters after a correct code. */
  reset(attempt: CodeAttempt, attempts: number): Promise<void>;
  /** Deletes the counters of a user who was erased, or whose second factor was removed by an administrator. */
  deleteCounts(owner: Pick<CodeAttempt, 'username'>): Promise<void>;
}

// At any time, three of the million possible codes are valid. The limit is therefore five attempts, even if a region
// allows more for passwords.
const maxPerWindow = 5;
const quarterMinutes = 15;
const dayMinutes = 24 * 60;
const yearMinutes = 365 * dayMinutes;
// Guessing at this rate for a year would succeed on one account in 45, so `maxConsecutive` limits it further.
const maxPerDay = 20;
// NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures on one account, regardless of the rate.
const maxConsecutive = 100;
// 120 random bits can't be guessed, so this only limits the load. Each session has its own limit, because an attacker
// who has the password could use up a limit shared by the user's sessions.
const recoveryCodes: ThrottleRule = { attempts: 20, windowMinutes: quarterMinutes, blockMinutes: quarterMinutes };

interface CodeLimits {
  /** @param attempts the number of consecutive attempts that the rules allow */
  readonly perWindow: (attempts: number) => RateLimiterAbstract;
  readonly perDay: RateLimiterAbstract;
  readonly consecutive: RateLimiterAbstract;
  readonly recovery: RateLimiterAbstract;
}

/**
 * Throttles code attempts. They are not counted per IP address, because an attacker who reaches this step already has
 * the password. A new password does not reset the count; otherwise, access to the recovery mailbox would allow
 * unlimited attempts.
 */
export function createCodeThrottle(limiter: CreateLimiter, rules: Pick<RegionRules, 'throttle'>): CodeThrottle {
  return bind(createCodeLimits(limiter, rules), { consume: consumeAttempt, refund, reset, deleteCounts });
}

function createCodeLimits(limiter: CreateLimiter, { throttle }: Pick<RegionRules, 'throttle'>): CodeLimits {
  const { windowMinutes, blockMinutes } = throttle.perAccountAndAddress;
  const window: Omit<ThrottleRule, 'attempts'> = {
    windowMinutes: Math.max(windowMinutes, quarterMinutes),
    blockMinutes: Math.max(blockMinutes, quarterMinutes),
  };
  const byAttempts = limitersByAttempts((attempts) => limiter('code', { ...window, attempts }));
  return {
    perWindow: (attempts) => byAttempts(Math.min(attempts, maxPerWindow)),
    perDay: limiter('codeDay', { attempts: maxPerDay, windowMinutes: dayMinutes, blockMinutes: dayMinutes }),
    consecutive: limiter('codeRow', {
      attempts: maxConsecutive,
      windowMinutes: yearMinutes,
      blockMinutes: yearMinutes,
    }),
    recovery: limiter('recovery', recoveryCodes),
  };
}

async function consumeAttempt(limits: CodeLimits, attempt: CodeAttempt, attempts: number): Promise<Wait | null> {
  for (const [limiter, key] of limitsOf(limits, attempt, attempts)) {
    const wait = await consume(limiter, key);
    if (wait !== null) return wait;
  }
  return null;
}

async function refund(limits: CodeLimits, attempt: CodeAttempt, attempts: number): Promise<void> {
  for (const [limiter, key] of limitsOf(limits, attempt, attempts)) await limiter.reward(key, 1);
}

// A correct code of either kind proves the user's identity, so it also ends a block caused by failures elsewhere.
async function reset(limits: CodeLimits, attempt: CodeAttempt, attempts: number): Promise<void> {
  const { perWindow, perDay, consecutive, recovery } = limits;
  const { window, account } = keysOf(attempt);
  await perWindow(attempts).delete(window);
  await consecutive.delete(account);
  if (attempt.kind === 'app') await perDay.reward(account, 1);
  else await recovery.delete(digest(attempt.sessionId));
}

async function deleteCounts(limits: CodeLimits, { username }: Pick<CodeAttempt, 'username'>): Promise<void> {
  const { perWindow, perDay, consecutive } = limits;
  for (const owner of codeOwnersOf(username)) {
    for (const limiter of [perWindow(maxPerWindow), perDay, consecutive]) await limiter.delete(digest(owner));
  }
}

function limitsOf(limits: CodeLimits, attempt: CodeAttempt, attempts: number): [RateLimiterAbstract, string][] {
  const { perWindow, perDay, consecutive, recovery } = limits;
  if (attempt.kind === 'recovery') return [[recovery, digest(attempt.sessionId)]];
  const { window, account } = keysOf(attempt);
  return [
    [perWindow(attempts), window],
    [perDay, account],
    [consecutive, account],
  ];
}

/** @returns the key for the limit on consecutive attempts in one place, and the key for the limits per account */
function keysOf({ username, place, sessionId, knownDevice }: CodeAttempt): { window: string; account: string } {
  const account = place === 'signIn' ? username : `${username}|${place}`;
  const source = { signIn: '', knownDevice: `|${knownDevice}`, session: `|${sessionId}` }[place];
  return { window: digest(`${account}${source}`), account: digest(account) };
}
