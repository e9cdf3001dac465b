import type { Database } from '../../../platform/database/database.ts';
import type { ThrottleRule } from '../../../domain/regions.ts';
import { consume, createLimiter, networkOf, type Wait } from './limiter.ts';
import { digest } from './throttle-keys.ts';

// 140 random bits cannot be guessed, so this only limits the load. Valid links are neither counted nor refused.
const linkAttempts: ThrottleRule = { attempts: 60, windowMinutes: 10, blockMinutes: 10 };
// The limit per user name prevents flooding a mailbox. The limit per IP address is higher, because the users of an
// office may share an address.
const recoveriesPerName: ThrottleRule = { attempts: 3, windowMinutes: 60, blockMinutes: 60 };
const recoveriesPerAddress: ThrottleRule = { attempts: 30, windowMinutes: 60, blockMinutes: 60 };

/** Throttles attempts to open invalid links, and requests for emailed links. */
export function createLinkThrottle(deps: Database) {
  const links = createLimiter(deps, 'link', linkAttempts);
  const names = createLimiter(deps, 'recoveryName', recoveriesPerName);
  const addresses = createLimiter(deps, 'recoveryAddress', recoveriesPerAddress);
  const signInNames = createLimiter(deps, 'signInLinkName', recoveriesPerName);
  const signInAddresses = createLimiter(deps, 'signInLinkAddress', recoveriesPerAddress);
  return {
    /** Counts an attempt to open an invalid link. @returns the waiting time if throttled; null otherwise */
    consumeLink: (address: string): Promise<Wait | null> => consume(links, keyOf(address)),

    /**
     * Counts a request for a recovery email, whether or not the user name exists.
     * @returns the waiting time if throttled; null otherwise
     */
    consumeRecovery: async (username: string, address: string): Promise<Wait | null> =>
      (await consume(addresses, keyOf(address))) ?? (await consume(names, digest(username))),

    /** Counts a request for an email with a sign-in link, separately from `consumeRecovery`. */
    consumeSignInLink: async (username: string, address: string): Promise<Wait | null> =>
      (await consume(signInAddresses, keyOf(address))) ?? (await consume(signInNames, digest(username))),
  };
}

function keyOf(address: string): string {
  return digest(networkOf(address));
}

export type LinkThrottle = ReturnType<typeof createLinkThrottle>;
