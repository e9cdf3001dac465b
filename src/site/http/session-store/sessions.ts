import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from 'express-session';
import type { Config } from '../../../platform/config/config.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { RegionIdentity } from '../../../platform/region-identity.ts';
import { sessionTtlMs } from '../session.ts';
import type { ReportError } from './redis-connection.ts';
import { openRedisSessions } from './redis-store.ts';
import { TableStore } from './table-store.ts';

const maxSessionStoreWaitMs = 3_000;
const sessionStorePauseMs = 50;

/** The session store of a process. */
export interface Sessions {
  readonly store: Store;
  /** @throws if the store cannot save sessions */
  proveWritable(): Promise<void>;
  /** @throws if the store rejects the user or the password, or belongs to another region */
  assertUsable(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the session store: Redis if configured, otherwise the region's database.
 * @param identity the installation that Redis must belong to. If Redis does not yet belong to an installation, it is
 * marked with this identity
 * @param report called with each Redis connection error
 */
export async function openSessions(
  config: Config,
  database: Database,
  identity: RegionIdentity,
  report: ReportError = () => {},
): Promise<Sessions> {
  const ttlMs = sessionTtlMs(config.rules);
  const own = { region: identity.region, fingerprint: identity.fingerprint, marks: true };
  if (config.redisUrl !== null) return openRedisSessions(config.redisUrl, own, ttlMs, report);
  const nothing = async (): Promise<void> => {};
  const store = new TableStore(database, ttlMs, Date.now);
  return { store, proveWritable: nothing, assertUsable: nothing, close: nothing };
}

/**
 * Waits until sessions can be saved, because a proxy sends requests as soon as the process listens. On a busy machine,
 * startup can block the process for so long that the connection to Redis is replaced. If the store stays unavailable,
 * the process starts anyway, but is not ready.
 */
export async function waitForSessionStore({ proveWritable }: Sessions): Promise<void> {
  const endsAt = performance.now() + maxSessionStoreWaitMs;
  const isWritable = (): Promise<boolean> =>
    proveWritable().then(
      () => true,
      () => false,
    );
  while (!(await isWritable()) && performance.now() < endsAt) await delay(sessionStorePauseMs);
}
