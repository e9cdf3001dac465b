import type { Database } from '../../../platform/database/database.ts';
import type { ThrottleRule } from '../../../domain/regions.ts';
import { consume, createLimiter, networkOf, type Wait } from './limiter.ts';
import { digest } from './throttle-keys.ts';

// Nobody guesses 140 bits: these keep whoever tries from costing anything. A link that opens something is not counted.
const linkAttempts: ThrottleRule = { attempts: 60, windowMinutes: 10, blockMinutes: 10 };
// A mailbox must not be filled by strangers, and an office shares an address.
const recoveriesPerName: ThrottleRule = { attempts: 3, windowMinutes: 60, blockMinutes: 60 };
const recoveriesPerAddress: ThrottleRule = { attempts: 30, windowMinutes: 60, blockMinutes: 60 };

/** Counts links that are opened in vain, and mails that are asked for. */
export function createLinkThrottle(deps: Database) {
  const links = createLimiter(deps, 'link', linkAttempts);
  const names = createLimiter(deps, 'recoveryName', recoveriesPerName);
  const addresses = createLimiter(deps, 'recoveryAddress', recoveriesPerAddress);
  return {
    /** Counts a link before it is looked at. @returns null, or how long to wait */
    consumeLink: (address: string): Promise<Wait | null> => consume(links, keyOf(address)),

    /** Takes the count back for one that opens something. */
    refundLink: async (address: string): Promise<void> => {
      await links.reward(keyOf(address), 1);
    },

    /** Counts a mail that is asked for, whether or not anybody has this name. @returns null, or how long to wait */
    consumeRecovery: async (username: string, address: string): Promise<Wait | null> =>
      (await consume(addresses, keyOf(address))) ?? (await consume(names, digest(username))),
  };
}

function keyOf(address: string): string {
  return digest(networkOf(address));
}

export type LinkThrottle = ReturnType<typeof createLinkThrottle>;
