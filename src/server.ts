import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from 'express-session';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import type { Config } from './platform/config/config.ts';
import { loadSecondFactorKeys, loadSecrets } from './platform/keys/secrets.ts';
import type { Database } from './platform/database/database.ts';
import { openSubscribedDatabase } from './core/open-database.ts';
import { migrationState } from './platform/database/migrate.ts';
import { serverTimeouts } from './platform/database/open.ts';
import { type Dependencies, databaseNameOf, dependenciesOf, storeFaultOf } from './platform/dependencies.ts';
import { watchDescriptors } from './platform/descriptors.ts';
import { Outages } from './platform/outages.ts';
import { listenFaultOf, startStep } from './platform/start-fault.ts';
import { logFileFault, migrateDatabase } from './platform/start-database.ts';
import { createStrengthEstimator, type StrengthEstimator, issueSetupToken } from './core/accounts/index.ts';
import { paths, fillPath } from './site/http/paths.ts';
import { loadAssets } from './site/http/assets.ts';
import { sessionTtlMs } from './site/http/session.ts';
import type { ReportError } from './site/http/session-store/redis-connection.ts';
import { createStoppableServer } from './site/http/stoppable-server.ts';
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

const monotonic = (): number => performance.now();

interface Sessions {
  readonly store: Store;
  /** @throws if the store cannot save sessions */
  proveWritable(): Promise<void>;
  /** @throws if the store rejects the user or the password */
  assertCredentials(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the session store: Redis if configured, otherwise the region's database.
 * @param report called with each error of the connection to Redis
 */
export async function openSessions(
  config: Config,
  database: Database,
  report: ReportError = () => {},
): Promise<Sessions> {
  const ttlMs = sessionTtlMs(config.rules);
  if (config.redisUrl !== null) return openRedisSessions(config.redisUrl, ttlMs, report);
  const nothing = async (): Promise<void> => {};
  const store = new TableStore(database, ttlMs, Date.now);
  return { store, proveWritable: nothing, assertCredentials: nothing, close: nothing };
}

/**
 * Starts the server of one region: migrates its database and listens. On failure, closes everything it has opened.
 * @param maxDescriptors the number of files and connections that the process may open; null if there is no limit
 * @throws StartFault with the setting that is wrong
 */
export async function startServer(config: Config, log: Logger, maxDescriptors: number | null = null): Promise<Running> {
  const startedAt = monotonic();
  await migrateDatabase(config, log);
  const outages = new Outages({ log, monotonic });
  const database = openSubscribedDatabase(config.database, serverTimeouts, (fault) => logFileFault(config, log, fault));
  const dependencies = dependenciesOf(config, {
    database: () => database.proveWritable(),
    sessions: () => sessions.proveWritable(),
  });
  const sessions = await openSessions(config, database, (error) => {
    const fault = storeFaultOf(dependencies, error);
    if (fault !== null) outages.report(fault);
    else log.warn({ setting: dependencies.redis.setting, err: error }, 'Redis connection error');
  });
  const strengthEstimator = createStrengthEstimator([...config.languages.keys()]);
  // Its worker loads while the rest starts. `listenWithApp` waits for it.
  strengthEstimator.warmUp().catch(() => undefined);
  const close = async (): Promise<void> => {
    outages.stop();
    await strengthEstimator.close();
    await sessions.close();
    await database.close();
  };
  try {
    await startStep({ setting: 'REDIS_URL' }, () => sessions.assertCredentials());
    const opened = { config, database, sessions, strengthEstimator, log, outages, dependencies, maxDescriptors };
    const running = await listenWithApp(opened, close);
    const stores = { database: databaseNameOf(config), sessions: config.redisUrl === null ? 'database' : 'Redis' };
    const ms = Math.round(monotonic() - startedAt);
    log.info({ host: config.host, port: config.port, ...stores, ms }, 'Parvis is ready');
    return running;
  } catch (error) {
    await close();
    throw error;
  }
}

async function listenWithApp(opened: AssembleParts, close: () => Promise<void>): Promise<Running> {
  const { config, database, sessions, outages } = opened;
  // The app is created after the server, which tells it whether the process is stopping.
  const server = createStoppableServer((request, response) => void app(request, response));
  const { app, background } = await assembleApp(opened, server.isStopping);
  await waitForSessionStore(sessions);
  await opened.strengthEstimator.warmUp();
  const { host, port } = config;
  await server.listen(port, host).catch((error: unknown) => {
    throw listenFaultOf(error, host, port);
  });
  const stopWatching = watchDescriptors(server.http, outages, opened.maxDescriptors);
  // Only now, because the token of a process that already uses this port must stay valid.
  const token = await issueSetupToken(database);
  outages.start();
  background.start();
  return {
    setupLink: token === null ? null : new URL(fillPath(paths.setUp, { token }), config.baseUrl).href,
    stop: async () => {
      const jobs = background.stop();
      await server.stop(config.stopTimes);
      stopWatching();
      await Promise.race([jobs, delay(maxJobsWaitMs)]);
      await close();
    },
  };
}

interface AssembleParts {
  readonly config: Config;
  readonly database: Database;
  readonly sessions: Sessions;
  readonly strengthEstimator: StrengthEstimator;
  readonly log: Logger;
  readonly outages: Outages;
  readonly dependencies: Dependencies;
  readonly maxDescriptors: number | null;
}

async function assembleApp(
  { sessions, maxDescriptors: _, ...parts }: AssembleParts,
  isStopping: () => boolean,
): Promise<ReturnType<typeof createApp>> {
  const { config, database } = parts;
  const { secrets, secondFactorKeys } = await startStep({ setting: 'DATA_DIR', file: config.dataDirectory }, () => ({
    secrets: loadSecrets(config),
    secondFactorKeys: loadSecondFactorKeys(config),
  }));
  return createApp({
    ...parts,
    isStopping,
    sessionStore: sessions.store,
    secrets,
    secondFactorKeys,
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
    monotonic,
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
