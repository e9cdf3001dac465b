import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { PresentedPassword } from '../../../domain/people/password.ts';
import type { RegionRules, ThrottleRule } from '../../../domain/regions.ts';
import type { Database } from '../../../platform/database/database.ts';
import { createIncreasingWaits, type IncreasingWaits } from './increasing-waits.ts';
import { consume, limitersByAttempts, networkOf, type CreateLimiter, type Wait } from './limiter.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import { digest } from './throttle-keys.ts';

/** A password attempt and the attributes that determine which limits apply. */
export interface Attempt {
  /** Determines which limits apply, regardless of whether the user exists or what kind of password they have. */
  readonly kind: PresentedPassword['kind'];
  /** The canonical user name, whether or not it exists. */
  readonly username: string;
  readonly address: string;
  /**
   * The user's epoch; 0 if there is no user. Prevents attempts against a replaced password from counting against the
   * new one.
   */
  readonly epoch: number;
  /** The ID of a browser in which this user has signed in before, or null. */
  readonly knownDevice: string | null;
  /** The ID of the open session in which the user enters their password again; null at sign-in. */
  readonly sessionId: string | null;
  /**
   * The number of attempts from one source, as allowed by the rules of the tenant that owns the domain; null if no
   * tenant owns it.
   */
  readonly maxAttempts: number | null;
}

/** @returns the attempt of a signed-in user who enters their password again */
export function sessionAttemptOf({ rules, address }: Scope, { id, user }: LiveSession): Attempt {
  const { username, epoch } = user;
  const { attempts: maxAttempts } = rules.throttle.perAccountAndAddress;
  return { kind: 'own', username, epoch, address: address ?? '', knownDevice: null, sessionId: id, maxAttempts };
}

// NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures on one account, regardless of the rate. Once the
// limit is reached, only the right password in a known browser or open session, or a new credential, ends the block.
const maxConsecutiveFailures = 100;
// 100 random bits cannot be guessed online, so this limit only restricts the load. One verification takes about 12 ms
// on one core, so the 250 that one IP address can queue occupy a hashing slot for 3 s. The block is short, because it
// affects all users who share the address.
const temporaryPasswords: ThrottleRule = { attempts: 250, windowMinutes: 15, blockMinutes: 15 };
// Log entries are limited more strictly than attempts, so that an attacker cannot fill the log.
const recordsPerName: ThrottleRule = { attempts: 50, windowMinutes: 24 * 60, blockMinutes: 24 * 60 };
const recordsPerAddress: ThrottleRule = { attempts: 100, windowMinutes: 24 * 60, blockMinutes: 24 * 60 };
// An IP address that has reached its limit is still allowed a few attempts per user name, so that one device's failed
// attempts don't lock out everyone else at a shared address. The total limits the load to 6 s of hashing.
const reservePerName: ThrottleRule = { attempts: 2, windowMinutes: 15, blockMinutes: 15 };
const reservePerAddress: ThrottleRule = { attempts: 500, windowMinutes: 15, blockMinutes: 15 };
const yearMinutes = 365 * 24 * 60;

/** The rate limiters for password attempts. */
export interface PasswordLimits {
  /** Limits failures per account and source together, as the tenant's rules require. */
  readonly perAccountAndSource: (attempt: Attempt) => RateLimiterAbstract;
  readonly account: IncreasingWaits;
  readonly address: RateLimiterAbstract;
  readonly reservePerName: RateLimiterAbstract;
  readonly reservePerAddress: RateLimiterAbstract;
  /** Limits attempts with temporary passwords per IP address. */
  readonly temporaryPasswords: RateLimiterAbstract;
  readonly recordsPerName: RateLimiterAbstract;
  readonly recordsPerAddress: RateLimiterAbstract;
  /** Limits the log entries per IP address for attempts with chosen passwords. */
  readonly ownRecordsPerAddress: RateLimiterAbstract;
  /** Limits the log entries per IP address for refused attempts. */
  readonly refusalRecordsPerAddress: RateLimiterAbstract;
  /** Limits consecutive failures per account. In effect, the block is permanent. */
  readonly consecutiveFailures: RateLimiterAbstract;
  readonly devices: IncreasingWaits;
  readonly sessions: IncreasingWaits;
}

export function createPasswordLimits(
  deps: { readonly database: Database; readonly limiter: CreateLimiter; readonly clock: () => number },
  { throttle }: RegionRules,
): PasswordLimits {
  const { limiter } = deps;
  const { perAccountAndAddress, perAccount, perAddress } = throttle;
  const pairs = limitersByAttempts((attempts) => limiter('pair', { ...perAccountAndAddress, attempts }));
  return {
    perAccountAndSource: ({ maxAttempts }) =>
      pairs(Math.min(perAccountAndAddress.attempts, maxAttempts ?? perAccountAndAddress.attempts)),
    account: createIncreasingWaits(deps, 'account', perAccount),
    address: limiter('address', perAddress),
    reservePerName: limiter('reserveName', reservePerName),
    reservePerAddress: limiter('reserveAddress', reservePerAddress),
    temporaryPasswords: limiter('temporary', temporaryPasswords),
    recordsPerName: limiter('recordName', recordsPerName),
    recordsPerAddress: limiter('recordAddress', recordsPerAddress),
    ownRecordsPerAddress: limiter('recordOwn', recordsPerAddress),
    refusalRecordsPerAddress: limiter('recordRefused', recordsPerAddress),
    consecutiveFailures: limiter('row', {
      attempts: maxConsecutiveFailures,
      windowMinutes: yearMinutes,
      blockMinutes: yearMinutes,
    }),
    // An attacker could collect tokens of known browsers, so all known browsers of an account share a limit.
    devices: createIncreasingWaits(deps, 'devices', perAccount),
    sessions: createIncreasingWaits(deps, 'sessions', perAccount),
  };
}

/** A limit that applies to an attempt. */
interface Limit {
  readonly take: () => Promise<Wait | null>;
  readonly refund: () => Promise<unknown>;
}

/** @returns the limits that apply to an attempt, in the order in which they are counted */
export function limitsOf(limits: PasswordLimits, attempt: Attempt): Limit[] {
  const { accountAndSource, account, network } = keysOf(attempt);
  // There is no limit per user name: with one, an attacker could lock out every user who has not signed in yet.
  if (attempt.kind === 'temporary') return [fixed(limits.temporaryPasswords, network)];
  const pair = fixed(limits.perAccountAndSource(attempt), accountAndSource);
  // Strangers' failed attempts count neither in an open session nor in a browser in which the user has signed in.
  if (attempt.sessionId !== null) return [pair, increasing(limits.sessions, account)];
  if (attempt.knownDevice !== null) return [pair, increasing(limits.devices, account)];
  return [
    pair,
    { take: () => takeOfAddress(limits, attempt), refund: () => limits.address.reward(network, 1) },
    increasing(limits.account, account),
    fixed(limits.consecutiveFailures, account),
  ];
}

const fixed = (limiter: RateLimiterAbstract, key: string): Limit => ({
  take: () => consume(limiter, key),
  refund: () => limiter.reward(key, 1),
});

const increasing = (waits: IncreasingWaits, key: string): Limit => ({
  take: () => waits.take(key),
  refund: () => waits.refund(key),
});

async function takeOfAddress(limits: PasswordLimits, attempt: Attempt): Promise<Wait | null> {
  const { accountAndSource, network } = keysOf(attempt);
  const wait = await consume(limits.address, network);
  if (wait === null) return null;
  return (await consume(limits.reservePerName, accountAndSource)) ?? consume(limits.reservePerAddress, network);
}

/** @returns three throttle keys: for the account and source together, for the account, and for the network */
export function keysOf({ username, epoch, address, knownDevice, sessionId }: Attempt): {
  accountAndSource: string;
  account: string;
  network: string;
} {
  const network = networkOf(address);
  const account = `${username}|${epoch}`;
  return {
    accountAndSource: digest(`${account}|${sessionId ?? knownDevice ?? network}`),
    account: digest(account),
    network: digest(network),
  };
}
