import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from 'express-session';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
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

const serverLimits = {
  connectionsCheckingInterval: 1_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  maxHeaderSize: 16 * 1024,
};
// After reporting that it is not ready, the server still answers requests for this long, so that load balancers can
// react.
const lameDuckMs = 1_000;
const maxDrainMs = 7_000;

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
  let stopping = false;
  const isStopping = (): boolean => stopping;
  try {
    const token = await issueSetupToken(database);
    const parts = { config, database, sessions, strengthEstimator, log, isStopping };
    const { app, background } = await assembleApp(parts);
    const server = createServer(serverLimits, app);
    await listen(server, config);
    background.start();
    log.info({ port: config.port }, 'Parvis is ready');
    return {
      setupLink: token === null ? null : new URL(fillPath(paths.setUp, { token }), config.baseUrl).href,
      stop: async () => {
        stopping = true;
        await delay(lameDuckMs);
        await drain(server);
        await background.stop();
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

function listen(server: Server, config: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, resolve);
  });
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), maxDrainMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}
