import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { PresentedPassword } from '../../../domain/people/password.ts';
import type { RegionRules, ThrottleRule } from '../../../domain/regions.ts';
import { limitersByAttempts, networkOf, type CreateLimiter } from './limiter.ts';
import { digest } from './throttle-keys.ts';

/** A password attempt and the attributes that determine which limits apply. */
export interface Attempt {
  /** Determines which limits apply, regardless of whether the user exists or what kind of password they have. */
  readonly kind: PresentedPassword['kind'];
  /** Canonical user name, whether or not it exists. */
  readonly username: string;
  readonly address: string;
  /**
   * The user's epoch; 0 if there is no user. Prevents attempts against a replaced password from counting against the
   * new one.
   */
  readonly epoch: number;
  /** The ID of a browser in which this user has signed in before, or null. */
  readonly knownDevice: string | null;
  /** The number of attempts that the rules of the user's tenant allow from one address; null if there is no user. */
  readonly maxAttempts: number | null;
}

// NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures on one account, regardless of the rate.
const maxConsecutiveFailures = 100;
// 100 random bits cannot be guessed online, so this limit only restricts the load. One verification takes about 12 ms
// on one core, so the 250 that one address can queue occupy a hashing slot for 3 s. The block is short, because it
// affects all users who share the address.
const temporaryPasswords: ThrottleRule = { attempts: 250, windowMinutes: 15, blockMinutes: 15 };
const dayMinutes = 24 * 60;
// In effect, the block is permanent: only the right password from a known browser or a new credential ends it earlier.
const yearMinutes = 365 * dayMinutes;

/** The rate limiters for password attempts. */
export interface PasswordLimits {
  /** Limits failures per account and address together, as the tenant's rules require. */
  readonly perAccountAndSource: (attempt: Attempt) => RateLimiterAbstract;
  readonly account: RateLimiterAbstract;
  readonly address: RateLimiterAbstract;
  /** Limits attempts with temporary passwords per address. */
  readonly temporaryPasswords: RateLimiterAbstract;
  readonly recordsPerName: RateLimiterAbstract;
  readonly recordsPerAddress: RateLimiterAbstract;
  /** Limits consecutive failures per account. */
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
    // Log entries have the limits of attempts with chosen passwords. The limit of attempts with temporary passwords is
    // higher and would allow an attacker to fill the log.
    recordsPerName: limiter('recordName', perAccount),
    recordsPerAddress: limiter('recordAddress', perAddress),
    consecutiveFailures: limiter('row', {
      attempts: maxConsecutiveFailures,
      windowMinutes: yearMinutes,
      blockMinutes: yearMinutes,
    }),
    // An attacker could collect tokens of known browsers, so all known browsers of an account share a limit.
    devices: limiter('devices', perAccount),
  };
}

/** @returns the limiters for an attempt with their keys, in the order in which they are consumed */
export function limitsOf(limits: PasswordLimits, attempt: Attempt): [RateLimiterAbstract, string][] {
  const { accountAndSource, account, network } = keysOf(attempt);
  // There is no limit per user name: with one, an attacker could lock out every user who has not signed in yet.
  if (attempt.kind === 'temporary') return [[limits.temporaryPasswords, network]];
  // Users who have signed in from this browser before are not locked out by failed attempts from other browsers.
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

/** @returns three throttle keys: for the account with the device or network, for the account, and for the network */
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
