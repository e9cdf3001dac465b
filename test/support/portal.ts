import { languages } from '../locales/catalogue.ts';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import type { Express } from 'express';
import type { Store } from 'express-session';
import { pino } from 'pino';
import { createApp } from '../../src/app.ts';
import type { JobRunner } from '../../src/platform/background-jobs.ts';
import { dependenciesOf } from '../../src/platform/dependencies.ts';
import { Outages } from '../../src/platform/outages.ts';
import { readConfig, type Config } from '../../src/platform/config/config.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { openSubscribedDatabase } from '../../src/core/open-database.ts';
import { prepareDatabase } from '../../src/platform/database/migrate.ts';
import { createStrengthEstimator } from '../../src/core/accounts/passwords/strength-estimator.ts';
import { createHasher, type Hasher } from '../../src/platform/keys/hasher.ts';
import { createTenants, type Tenants } from '../../src/core/accounts/tenants/tenants.ts';
import { loadAssets } from '../../src/site/http/assets.ts';
import type { Route } from '../../src/site/http/routing.ts';
import { sessionTtlMs } from '../../src/site/http/session.ts';
import { TableStore } from '../../src/site/http/session-store/table-store.ts';
import { loadTranslator } from '../../src/i18n/translator.ts';
import { loadViews } from '../../src/site/http/views.ts';
import { createSmallEstimator } from './small-estimator.ts';
import { copyTemplate } from './templates.ts';
import * as trustedClockStore from '../../src/core/retention/trusted-clock.store.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';

/** The clocks of a portal, which advance only when a test sets them. */
export interface TestClock {
  /** The wall clock in epoch milliseconds. Setting only this clock simulates a change of the system time. */
  now: number;
  /** The monotonic clock in milliseconds. */
  monotonic: number;
}

const dayMs = 24 * 60 * 60_000;

/**
 * Advances both clocks. The background jobs run once before the last day, and the clock is trusted then, as in a portal
 * that has been running.
 */
export async function advanceTime(
  { clock, background, database }: Pick<Portal, 'clock' | 'background' | 'database'>,
  ms: number,
): Promise<void> {
  const pass = (passed: number): void => {
    clock.now += passed;
    clock.monotonic += passed;
  };
  pass(Math.max(0, ms - dayMs));
  await background.runAll();
  await trustedClockStore.advanceForOperator(database, clock.now);
  pass(Math.min(ms, dayMs));
}

/** A complete portal with a new database and the same pipeline as in production, including CSRF protection. */
export interface Portal {
  readonly app: Express;
  readonly routes: readonly Route[];
  /** The background jobs. They are not started; tests run them with `runAll`. */
  readonly background: JobRunner;
  readonly config: Config;
  readonly database: Database;
  readonly tenants: Tenants;
  readonly hasher: Hasher;
  readonly clock: TestClock;
  /** @returns the whole output of the log so far */
  readonly logged: () => string;
  /** Serves the portal on a free port, for a browser. @returns the origin */
  listen(): Promise<string>;
}

export interface PortalOptions {
  /** Environment variables that are set in addition to the defaults, such as `REGION` or `REGION_RULES`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The URL of a PostgreSQL database to use instead of a new SQLite file. */
  readonly databaseUrl?: string;
  readonly sessionStore?: (database: Database, config: Config) => Store;
  readonly hasher?: Hasher;
  /** Whether new passwords are checked against all word lists instead of a few words. */
  readonly withAllWords?: boolean;
}

// These parameters are deliberately weak, to keep the tests fast.
const quickParameters = { memoryCost: 8, timeCost: 1, parallelism: 1 };
const builtInTranslator = await loadTranslator();
const render = loadViews();
const assets = loadAssets();
// A password may be queued for up to 60 seconds, so that tests do not fail on a busy machine.
const maxWaitMs = 60_000;
const quickHasher = createHasher(quickParameters, undefined, maxWaitMs);
const smallEstimator = createSmallEstimator();
const completeEstimator = createStrengthEstimator(languages, maxWaitMs);

const closers: (() => unknown)[] = [() => completeEstimator.close()];
after(async () => {
  for (const close of closers.reverse()) await close();
});

/** Opens a portal. At the end of the test file it is closed and its database is deleted. */
export async function openPortal(options: PortalOptions = {}): Promise<Portal> {
  const config = testConfig(options);
  copyTemplate(config.database);
  await prepareDatabase(config);
  const database = openSubscribedDatabase(config.database);
  closers.push(() => database.close());
  const clock: TestClock = { now: Date.UTC(2026, 10, 23, 9, 0), monotonic: 0 };
  const lines: string[] = [];
  const hasher = options.hasher ?? quickHasher;
  const sessionStore =
    options.sessionStore?.(database, config) ?? new TableStore(database, sessionTtlMs(config.rules), () => clock.now);
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const { app, routes, background } = createApp({
    ...{ config, database, sessionStore, hasher, render, assets },
    strengthEstimator: options.withAllWords === true ? completeEstimator : smallEstimator,
    translator: options.environment?.LOCALES_DIR ? await loadTranslator(config.languages) : builtInTranslator,
    secrets: config.sessionSecrets,
    secondFactorKeys: config.secondFactorKeys,
    readiness: { database: () => database.proveWritable() },
    isStopping: () => false,
    clock: () => clock.now,
    monotonic: () => clock.monotonic,
    log,
    outages: new Outages({ log, monotonic: () => clock.monotonic }),
    dependencies: dependenciesOf(config),
  });
  const tenants = createTenants({
    database,
    regionOf: (domain) => directoryStore.regionOf(database, domain),
    hasher,
    rules: config.rules,
    clock: () => clock.now,
  });
  const logged = (): string => lines.join('');
  origins.set(app, await serve(app));
  return {
    app,
    routes,
    background,
    config,
    database,
    tenants,
    hasher,
    clock,
    logged,
    listen: async () => (await serve(app)).replace('127.0.0.1', 'localhost'),
  };
}

function testConfig({ environment, databaseUrl }: PortalOptions): Config {
  const directory = mkdtempSync(path.join(tmpdir(), 'parvis-test-'));
  closers.push(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const { config, faults } = readConfig({
    DATA_DIR: directory,
    SESSION_SECRETS: randomUUID() + randomUUID(),
    SECOND_FACTOR_KEYS: randomUUID() + randomUUID(),
    REGION_URLS: 'worldwide=http://localhost:3000,germany=http://localhost:3001',
    BASE_URL: environment?.REGION === 'germany' ? 'http://localhost:3001' : 'http://localhost:3000',
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    ...(environment?.REGION && environment.REGION !== 'germany' && environment.REGION !== 'worldwide'
      ? { REGION_URLS: '' }
      : {}),
    ...environment,
  });
  if (config === null) throw new Error(faults.join('\n'));
  return config;
}

const origins = new WeakMap<Express, string>();

/** @returns the origin of an open portal, served with keep-alive connections; the app itself if it is not served */
export const originOf = (app: Express | string): Express | string =>
  typeof app === 'string' ? app : (origins.get(app) ?? app);

/** Serves an app on a free port until the end of the test file. @returns the origin */
async function serve(app: Express): Promise<string> {
  const server = createServer(app);
  // A connection that closes just before the next request would fail that request.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
