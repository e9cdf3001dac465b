import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import type { Config } from './platform/config/config.ts';
import { loadSecondFactorKeys, loadSecrets } from './platform/keys/secrets.ts';
import type { Database } from './platform/database/database.ts';
import { openSubscribedDatabase } from './core/open-database.ts';
import { migrationState } from './platform/database/migrate.ts';
import type { RegionIdentity } from './platform/region-identity.ts';
import { serverTimeouts } from './platform/database/open.ts';
import { type Dependencies, databaseNameOf, dependenciesOf, storeFaultOf } from './platform/dependencies.ts';
import { watchDescriptors } from './platform/descriptors.ts';
import { Outages } from './platform/outages.ts';
import { createHeartbeat, type Heartbeat } from './platform/processes/heartbeat.ts';
import { ownState } from './platform/processes/process-state.ts';
import { listenFaultOf, startStep } from './platform/start-fault.ts';
import { logFileFault, migrateDatabase } from './platform/start-database.ts';
import { createStrengthEstimator, type StrengthEstimator, issueSetupToken } from './core/accounts/index.ts';
import { paths, fillPath } from './site/http/paths.ts';
import { loadAssets } from './site/http/assets.ts';
import type { ReportError } from './site/http/session-store/redis-connection.ts';
import { createStoppableServer } from './site/http/stoppable-server.ts';
import { openSessions, waitForSessionStore, type Sessions } from './site/http/session-store/sessions.ts';
import { loadTranslator } from './i18n/translator.ts';
import { loadViews } from './site/http/views.ts';
import { createHasher } from './platform/keys/hasher.ts';

export interface Running {
  /** The one-time link to set up the first tenant; null if a tenant already exists. */
  readonly setupLink: string | null;
  /** Stops accepting requests, waits for those in progress, and closes the stores. */
  stop(): Promise<void>;
}

// The maximum time that a stop waits for background jobs after the last response. It is short, because jobs can be
// interrupted at any point.
const maxJobsWaitMs = 500;

/** The properties of the process that only the operating system provides. */
export interface ProcessHost {
  readonly name: string;
  readonly pid: number;
  /** The number of files and connections that the process may open; null if there is no limit. */
  readonly maxDescriptors: number | null;
}

const unknownHost: ProcessHost = { name: 'unknown', pid: 0, maxDescriptors: null };

const monotonic = (): number => performance.now();

/**
 * Starts the server of one region: migrates its database and listens. On failure, closes everything it has opened.
 * @throws StartFault that names the incorrect setting
 */
export async function startServer(config: Config, log: Logger, host = unknownHost): Promise<Running> {
  const startedAt = monotonic();
  const identity = await migrateDatabase(config, log);
  const outages = new Outages({ log, monotonic });
  const database = openSubscribedDatabase(config.database, serverTimeouts, (fault) => logFileFault(config, log, fault));
  const dependencies = dependenciesOf(config, {
    database: () => database.proveWritable(),
    sessions: () => sessions.proveWritable(),
  });
  const sessions = await openSessions(config, database, identity, reporterOf(dependencies, outages, log));
  const strengthEstimator = createStrengthEstimator([...config.languages.keys()]);
  // The estimator's worker loads while the rest starts. `listenWithApp` waits for it.
  strengthEstimator.warmUp().catch(() => undefined);
  const close = async (): Promise<void> => {
    outages.stop();
    await strengthEstimator.close();
    await sessions.close();
    await database.close();
  };
  try {
    await startStep({ setting: 'REDIS_URL' }, () => sessions.assertUsable());
    const stores = { database, sessions, identity, dependencies };
    const running = await listenWithApp({ config, strengthEstimator, log, outages, host, ...stores }, close);
    const names = { database: databaseNameOf(config), sessions: config.redisUrl === null ? 'database' : 'Redis' };
    const ms = Math.round(monotonic() - startedAt);
    log.info({ host: config.host, port: config.port, ...names, ms }, 'Parvis is ready');
    return running;
  } catch (error) {
    await close();
    throw error;
  }
}

const reporterOf =
  (dependencies: Dependencies, outages: Outages, log: Logger): ReportError =>
  (error) => {
    const fault = storeFaultOf(dependencies, error);
    if (fault !== null) outages.report(fault);
    else log.warn({ setting: dependencies.redis.setting, err: error }, 'Redis connection error');
  };

async function listenWithApp(opened: AssembleParts, close: () => Promise<void>): Promise<Running> {
  const { config, database, sessions, outages } = opened;
  // The app is created after the server, because it asks the server whether the process is stopping.
  const server = createStoppableServer((request, response) => void app(request, response));
  const { app, background, heartbeat } = await assembleApp(opened, server.isStopping);
  await waitForSessionStore(sessions);
  await opened.strengthEstimator.warmUp();
  const { host, port } = config;
  await server.listen(port, host).catch((error: unknown) => {
    throw listenFaultOf(error, host, port);
  });
  const stopWatching = watchDescriptors(server.http, outages, opened.host.maxDescriptors);
  // Issue the token only after the port has been opened: if another process is using the port, that process's token
  // must stay valid.
  const token = await issueSetupToken(database);
  outages.start();
  background.start();
  return {
    setupLink: token === null ? null : new URL(fillPath(paths.setUp, { token }), config.baseUrl).href,
    stop: async () => {
      // A process that is stopping is not compared with the other running processes.
      const jobs = background.stop().then(() => heartbeat.end().catch(() => undefined));
      await server.stop(config.stopTimes);
      stopWatching();
      await Promise.race([Promise.all([jobs, background.finish()]), delay(maxJobsWaitMs)]);
      await close();
    },
  };
}

interface AssembleParts {
  readonly config: Config;
  readonly identity: RegionIdentity;
  readonly database: Database;
  readonly sessions: Sessions;
  readonly strengthEstimator: StrengthEstimator;
  readonly log: Logger;
  readonly outages: Outages;
  readonly dependencies: Dependencies;
  readonly host: ProcessHost;
}

async function assembleApp(
  { sessions, host, identity, ...parts }: AssembleParts,
  isStopping: () => boolean,
): Promise<ReturnType<typeof createApp> & { heartbeat: Heartbeat }> {
  const { config, database, log } = parts;
  const { secrets, secondFactorKeys } = await startStep({ setting: 'DATA_DIR', file: config.dataDirectory }, () => ({
    secrets: loadSecrets(config),
    secondFactorKeys: loadSecondFactorKeys(config),
  }));
  const created = createApp({
    ...parts,
    isStopping,
    sessionStore: sessions.store,
    secrets,
    secondFactorKeys,
    hasher: createHasher(),
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
  const state = ownState({ host, rules: config.rules, identity, secrets, secondFactorKeys });
  const heartbeat = createHeartbeat({ database, state, clock: Date.now, log });
  created.background.add(heartbeat.job);
  return Object.assign(created, { heartbeat });
}
