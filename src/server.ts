import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from 'express-session';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import { CommandError } from './platform/command-error.ts';
import type { Config } from './platform/config/config.ts';
import { loadSecondFactorKeys, loadSecrets } from './platform/keys/secrets.ts';
import type { Database } from './platform/database/database.ts';
import { openSubscribedDatabase } from './core/open-database.ts';
import { migrationState, prepareDatabase } from './platform/database/migrate.ts';
import { assertDatabaseNotMissing } from './platform/database/missing-database.ts';
import { serverTimeouts } from './platform/database/open.ts';
import { describeStoreFault, findStoreFault } from './platform/database/unavailable.ts';
import { createStrengthEstimator, type StrengthEstimator, issueSetupToken } from './core/accounts/index.ts';
import { paths, fillPath } from './site/http/paths.ts';
import { loadAssets } from './site/http/assets.ts';
import { sessionTtlMs } from './site/http/session.ts';
import { createStoppableServer, type StoppableServer } from './site/http/stoppable-server.ts';
import { openRedisSessions } from './site/http/session-store/redis-store.ts';
import { TableStore } from './site/http/session-store/table-store.ts';
import { loadTranslator } from './i18n/translator.ts';
import { loadViews } from './site/http/views.ts';
import { createHasher } from './platform/keys/hasher.ts';

export interface Running {
  /** The one-time link to set up the first tenant; null if there is a tenant. */
  readonly setupLink: string | null;
  /** Stops accepting requests, waits for those in progress, and closes the stores. */
  stop(): Promise<void>;
}

// How long a stop waits for background jobs after the last response. They can be interrupted anywhere.
const maxJobsWaitMs = 500;
const maxSessionStoreWaitMs = 3_000;
const sessionStorePauseMs = 50;

interface Sessions {
  readonly store: Store;
  /** @throws if the store cannot save sessions */
  proveWritable(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the session store: Redis if configured, otherwise the region's database. */
export async function openSessions(config: Config, database: Database, log: Logger): Promise<Sessions> {
  const ttlMs = sessionTtlMs(config.rules);
  if (config.redisUrl !== null) return openRedisSessions(config.redisUrl, ttlMs, log);
  return { store: new TableStore(database, ttlMs, Date.now), proveWritable: async () => {}, close: async () => {} };
}

/** Starts the server of one region: migrates its database and listens. On failure, closes everything it has opened. */
export async function startServer(config: Config, log: Logger): Promise<Running> {
  assertDatabaseNotMissing(config);
  await prepareDatabase(config);
  const database = openSubscribedDatabase(config.database, serverTimeouts, (fault) => logFileFault(log, fault));
  const sessions = await openSessions(config, database, log);
  const strengthEstimator = createStrengthEstimator([...config.languages.keys()]);
  const close = async (): Promise<void> => {
    await strengthEstimator.close();
    await sessions.close();
    await database.close();
  };
  try {
    // The app is created after the server, which tells it whether the process is stopping.
    const server = createStoppableServer((request, response) => void app(request, response));
    const { isStopping } = server;
    const { app, background } = await assembleApp({ config, database, sessions, strengthEstimator, log, isStopping });
    await waitForSessionStore(sessions);
    await listen(server, config);
    // Only now, because the token of a process that already uses this port must stay valid.
    const token = await issueSetupToken(database);
    background.start();
    log.info({ port: config.port }, 'Parvis is ready');
    return {
      setupLink: token === null ? null : new URL(fillPath(paths.setUp, { token }), config.baseUrl).href,
      stop: async () => {
        const jobs = background.stop();
        await server.stop(config.stopTimes);
        await Promise.race([jobs, delay(maxJobsWaitMs)]);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function logFileFault(log: Logger, error: Error): void {
  const fault = findStoreFault(error);
  log.fatal({ reason: fault === null ? error.message : describeStoreFault(fault) }, error.message);
}

interface AssembleParts {
  readonly config: Config;
  readonly database: Database;
  readonly sessions: Sessions;
  readonly strengthEstimator: StrengthEstimator;
  readonly log: Logger;
  readonly isStopping: () => boolean;
}

async function assembleApp({ sessions, ...parts }: AssembleParts): Promise<ReturnType<typeof createApp>> {
  const { config, database } = parts;
  return createApp({
    ...parts,
    sessionStore: sessions.store,
    secrets: loadSecrets(config),
    secondFactorKeys: loadSecondFactorKeys(config),
    hasher: await createHasher(),
    translator: await loadTranslator(config.languages),
    render: loadViews(),
    assets: loadAssets(),
    readiness: {
      database: () => database.proveWritable(),
      schema: async () => {
        if ((await migrationState(database)).pending > 0) throw new Error('Database migrations are pending');
      },
      sessions: () => sessions.proveWritable(),
    },
    clock: Date.now,
    monotonic: () => performance.now(),
  });
}

/**
 * Waits until sessions can be saved, because a proxy sends requests as soon as the process listens. A start on a busy machine
 * blocks the process for so long that the connection to Redis is replaced. Without the store, the process starts all the same
 * and is not ready.
 */
async function waitForSessionStore({ proveWritable }: Sessions): Promise<void> {
  const endsAt = performance.now() + maxSessionStoreWaitMs;
  const isWritable = (): Promise<boolean> =>
    proveWritable().then(
      () => true,
      () => false,
    );
  while (!(await isWritable()) && performance.now() < endsAt) await delay(sessionStorePauseMs);
}

/** The settings that explain why an address is not available. */
const listenFaults: Readonly<Record<string, (address: string) => string>> = {
  EADDRINUSE: (address) => `PORT: ${address} is in use by another process`,
  EACCES: (address) => `PORT: this user may not listen on ${address}`,
  EADDRNOTAVAIL: (address) => `HOST: ${address} is not an address of this machine`,
  ENOTFOUND: (address) => `HOST: ${address} is not an address of this machine`,
};

/** @throws CommandError that names the setting */
async function listen(server: StoppableServer, { port, host }: Config): Promise<void> {
  try {
    await server.listen(port, host);
  } catch (error) {
    const { code = '' } = error as Error & { code?: string };
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    const fault = listenFaults[code]?.(address);
    throw fault === undefined ? error : new CommandError(fault);
  }
}
