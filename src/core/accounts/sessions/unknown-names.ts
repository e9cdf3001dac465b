import { createHmac } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { Logger } from 'pino';
import { withoutPort } from '../../../platform/network-address.ts';
import type { Job } from '../../../platform/background-jobs.ts';

const everyMs = 60_000;
const fingerprintLength = 16;
const prefixBits = { ipv4: 24, ipv6: 48 } as const;
// Limits memory use and the length of a log line, regardless of how many names are tried. The logged total includes all
// attempts.
const maxPairs = 10_000;
const maxListed = 20;

/** Counts sign-in attempts with unknown user names. Only the operator's log shows them, because they have no tenant. */
export interface UnknownNames {
  /**
   * @param isUnknown whether no user has this name. A known name requires the same work, so that response times do not
   * differ
   */
  count(attempt: { readonly username: string; readonly address: string }, isUnknown: boolean): void;
  /** Logs the counts of this process once a minute, and when it stops. */
  readonly report: Job;
}

/**
 * @param keys keys derived from the session secrets. Names are logged as fingerprints computed with the first key: they
 * are the same in all processes, but a guess cannot be tested without the secret. Users sometimes type their password
 * into the user name field
 */
export function createUnknownNames({
  keys,
  clock,
  log,
}: {
  readonly keys: readonly string[];
  readonly clock: () => number;
  readonly log: Logger;
}): UnknownNames {
  const [key = ''] = keys;
  const fingerprintOf = (username: string): string =>
    createHmac('sha256', key).update(username).digest('base64url').slice(0, fingerprintLength);
  let counts = emptyCounts();
  const report = (): Promise<void> => {
    if (counts.attempts > 0) log.info(summaryOf(counts), 'Sign-ins failed under unknown user names');
    counts = emptyCounts();
    return Promise.resolve();
  };
  return {
    count: ({ username, address }, isUnknown) => {
      const pair = { network: networkOf(address), name: fingerprintOf(username) };
      if (isUnknown) add(counts, pair, clock());
    },
    report: { name: 'Unknown user names', everyMs, run: report, finish: report },
  };
}

interface Pair {
  readonly network: string;
  /** The fingerprint of the user name. */
  readonly name: string;
}

interface Counts {
  attempts: number;
  /** The time of the first attempt, epoch ms. */
  since: number;
  readonly pairs: Map<string, Pair & { attempts: number }>;
}

const emptyCounts = (): Counts => ({ attempts: 0, since: 0, pairs: new Map() });

function add(counts: Counts, { network, name }: Pair, now: number): void {
  if (counts.attempts === 0) counts.since = now;
  counts.attempts += 1;
  const id = `${network} ${name}`;
  const found = counts.pairs.get(id);
  if (found !== undefined) found.attempts += 1;
  else if (counts.pairs.size < maxPairs) counts.pairs.set(id, { network, name, attempts: 1 });
}

function summaryOf({ attempts, since, pairs }: Counts) {
  const [byNetwork, byName] = [grouped([...pairs.values()], 'network'), grouped([...pairs.values()], 'name')];
  return {
    since,
    attempts,
    networks: byNetwork.length,
    names: byName.length,
    topNetworks: byNetwork
      .slice(0, maxListed)
      .map(({ value, attempts: ofNetwork, others }) => ({ network: value, attempts: ofNetwork, names: others })),
    topNames: byName
      .slice(0, maxListed)
      .map(({ value, attempts: ofName, others }) => ({ fingerprint: value, attempts: ofName, networks: others })),
  };
}

/**
 * @returns the number of attempts per network or name, largest first, each with the number of different names or
 * networks
 */
function grouped(pairs: readonly (Pair & { readonly attempts: number })[], by: keyof Pair) {
  return [...Map.groupBy(pairs, (pair) => pair[by])]
    .map(([value, own]) => ({ value, attempts: own.reduce((sum, each) => sum + each.attempts, 0), others: own.length }))
    .sort((one, other) => other.attempts - one.attempts);
}

/**
 * @returns the network of an IP address, without the part that identifies a connection or device, such as
 * `192.0.2.0/24`
 */
function networkOf(address: string): string {
  const bare = withoutPort(address);
  if (!ipaddr.isValid(bare)) return 'unknown';
  const parsed = ipaddr.process(bare);
  const bits = prefixBits[parsed.kind()];
  const own = parsed.toByteArray().map((byte, index) => (index < bits / 8 ? byte : 0));
  return `${ipaddr.fromByteArray(own).toString()}/${bits}`;
}
