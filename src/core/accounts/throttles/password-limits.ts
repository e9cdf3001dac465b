import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { PresentedPassword } from '../../../domain/people/password.ts';
import type { RegionRules, ThrottleRule } from '../../../domain/regions.ts';
import { limitersByAttempts, networkOf, type CreateLimiter } from './limiter.ts';
import { digest } from './throttle-keys.ts';

/** What one attempt at a password is counted under. */
export interface Attempt {
  /** Decides which limits apply, whatever kind of password the user has, if there is a user at all. */
  readonly kind: PresentedPassword['kind'];
  /** Canonical user name, whether or not a user has it. */
  readonly username: string;
  readonly address: string;
  /** The user's epoch, 0 if there is no user: attempts at a password that was replaced do not count against the new one. */
  readonly epoch: number;
  /** The mark of a browser in which this user has signed in before, or null. */
  readonly knownDevice: string | null;
  /** How many attempts the rules of the user's tenant allow from one address; null if there is no user. */
  readonly maxAttempts: number | null;
}

// NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures on one account, regardless of the rate.
const maxConsecutiveFailures = 100;
// 100 random bits can't be guessed online, so this limits the cost alone: one verification takes about 12 ms of one core.
// 250 of them, the most that one address can queue at a time, occupy a hashing slot for 3 s. Short, because everyone
// behind a shared address waits together.
const temporaryPasswords: ThrottleRule = { attempts: 250, windowMinutes: 15, blockMinutes: 15 };
const dayMinutes = 24 * 60;
// Effectively permanent: only the right password, or an administrator's reset, clears it sooner.
const yearMinutes = 365 * dayMinutes;

/** What attempts at passwords are counted by. */
export interface PasswordLimits {
  /** The account and the address together, as the tenant's rules limit them. */
  readonly perAccountAndSource: (attempt: Attempt) => RateLimiterAbstract;
  readonly account: RateLimiterAbstract;
  readonly address: RateLimiterAbstract;
  /** Attempts at temporary passwords, per address. */
  readonly temporaryPasswords: RateLimiterAbstract;
  readonly recordsPerName: RateLimiterAbstract;
  readonly recordsPerAddress: RateLimiterAbstract;
  /** Consecutive failures on an account. */
  readonly consecutiveFailures: RateLimiterAbstract;
  readonly devices: RateLimiterAbstract;
}

export function createPasswordLimits(limiter: CreateLimiter, { throttle }: RegionRules): PasswordLimits {
  const { perAccountAndAddress, perAccount, perAddress } = throttle;
  const pairs = limitersByAttempts((attempts) => limiter('pair', { ...perAccountAndAddress, attempts }));
  return {
    perAccountAndSource: ({ maxAttempts }) =>
      pairs(Math.min(perAccountAndAddress.attempts, maxAttempts ?? perAccountAndAddress.attempts)),
    account: limiter('account', perAccount),
    address: limiter('address', perAddress),
    temporaryPasswords: limiter('temporary', temporaryPasswords),
    // Refusals of own passwords are few because they are limited; those of temporary ones get the same share of the log.
    recordsPerName: limiter('recordName', perAccount),
    recordsPerAddress: limiter('recordAddress', perAddress),
    consecutiveFailures: limiter('row', {
      attempts: maxConsecutiveFailures,
      windowMinutes: yearMinutes,
      blockMinutes: yearMinutes,
    }),
    // Marks of known browsers can be collected: together they have a cap of their own.
    devices: limiter('devices', perAccount),
  };
}

/** @returns the limits that an attempt counts toward, each with its key, in the order in which they are consumed */
export function limitsOf(limits: PasswordLimits, attempt: Attempt): [RateLimiterAbstract, string][] {
  const { accountAndSource, account, network } = keysOf(attempt);
  // A limit per name would let strangers lock out every user who has not signed in yet.
  if (attempt.kind === 'temporary') return [[limits.temporaryPasswords, network]];
  // Users who signed in from this browser before are not locked out by strangers who guess at the same name.
  if (attempt.knownDevice !== null) {
    return [
      [limits.perAccountAndSource(attempt), accountAndSource],
      [limits.devices, account],
    ];
  }
  return [
    [limits.perAccountAndSource(attempt), accountAndSource],
    [limits.address, network],
    [limits.account, account],
    [limits.consecutiveFailures, account],
  ];
}

/** @returns the keys of the account with the device or network, of the account, and of the network */
export function keysOf({ username, epoch, address, knownDevice }: Attempt): {
  accountAndSource: string;
  account: string;
  network: string;
} {
  const network = networkOf(address);
  const account = `${username}|${epoch}`;
  return {
    accountAndSource: digest(`${account}|${knownDevice ?? network}`),
    account: digest(account),
    network: digest(network),
  };
}
