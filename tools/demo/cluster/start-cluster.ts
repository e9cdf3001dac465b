import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CommandError } from '../../../src/platform/command-error.ts';
import { readConfig } from '../../../src/platform/config/config.ts';
import { seedRegion, type DemoLogin } from '../seed.ts';
import { assertPortIsFree, startServerProcess, waitUntilReady } from '../server-process.ts';
import { nginxConfiguration } from './nginx-configuration.ts';
import { findServicePrograms, startNginx, startPostgres, startRedis, type ServicePrograms } from './services.ts';

export const processCount = 3;
const secretBytes = 32;

export interface Cluster {
  /** The address of the proxy. */
  readonly origin: string;
  readonly logins: readonly DemoLogin[];
  /**
   * Stops one of the processes, starts it again, and waits until it is ready.
   * @returns the exit code of the old process; null if a signal ended it
   */
  restart(index: number): Promise<number | null>;
  /** The last lines of the proxy's error log. */
  proxyErrors(): string;
  stop(): Promise<void>;
}

type Settings = Readonly<Record<string, string>>;

/**
 * Starts processes of one region behind nginx, on new stores with generated users. The first port is that of nginx; the
 * processes and stores use the next ones.
 * @throws CommandError if a package is missing or a port is in use
 */
export async function startCluster(firstPort: number, logLevel = 'warn'): Promise<Cluster> {
  const programs = findServicePrograms();
  const ports = portsFrom(firstPort);
  for (const port of [firstPort, ...ports.servers, ...ports.stores]) await assertPortIsFree(port);
  const closers: Closer[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const origin = `http://localhost:${firstPort}`;
    const settings = settingsOf(origin, logLevel, await startStores(programs, ports.stores, closers));
    const logins = await seed(settings);
    const restart = await startProcesses(settings, ports.servers, closers);
    const nginx = await startNginx(programs.nginx, firstPort, nginxConfiguration(firstPort, ports.servers));
    closers.push(nginx.stop);
    return { origin, logins, restart, proxyErrors: nginx.output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Stops everything that was started, in reverse order. */
type Closer = () => Promise<unknown>;

function portsFrom(first: number) {
  const servers = Array.from({ length: processCount }, (_, index) => first + 1 + index);
  const afterServers = first + 1 + processCount;
  return { servers, stores: [afterServers, afterServers + 1] as const };
}

interface Stores {
  readonly postgres: string;
  readonly redis: string;
  readonly dataDirectory: string;
}

async function startStores(
  programs: ServicePrograms,
  [postgresPort, redisPort]: readonly [number, number],
  closers: Closer[],
): Promise<Stores> {
  const postgres = await startPostgres(programs.postgres, postgresPort);
  closers.push(postgres.stop);
  const redis = await startRedis(programs.redis, redisPort);
  closers.push(redis.stop);
  const dataDirectory = mkdtempSync(path.join(tmpdir(), 'parvis-cluster-data-'));
  closers.push(() => rm(dataDirectory, { recursive: true, force: true }));
  return { postgres: postgres.url, redis: redis.url, dataDirectory };
}

/** Starts the processes of the portal. @returns the function `restart` of the cluster */
async function startProcesses(
  settings: Settings,
  ports: readonly number[],
  closers: Closer[],
): Promise<Cluster['restart']> {
  const start = (port: number): ChildProcess => startServerProcess({ ...settings, PORT: String(port) });
  const processes = new Map(ports.map((port) => [port, start(port)]));
  closers.push(() => Promise.all([...processes.values()].map(stopProcess)));
  const ready = (port: number): Promise<void> => waitUntilReady(`http://127.0.0.1:${port}`);
  await Promise.all(ports.map(ready));
  return async (index) => {
    const port = ports[index];
    const old = port === undefined ? undefined : processes.get(port);
    if (port === undefined || old === undefined) throw new Error(`There is no process ${index}`);
    const code = await stopProcess(old);
    processes.set(port, start(port));
    await ready(port);
    return code;
  };
}

const secret = (): string => randomBytes(secretBytes).toString('base64url');

const settingsOf = (origin: string, logLevel: string, { postgres, redis, dataDirectory }: Stores): Settings => ({
  REGION: 'worldwide',
  BASE_URL: origin,
  TRUST_PROXY: '1',
  DATABASE_URL: postgres,
  REDIS_URL: redis,
  DATA_DIR: dataDirectory,
  SESSION_SECRETS: secret(),
  SECOND_FACTOR_KEYS: secret(),
  LOG_LEVEL: logLevel,
});

async function seed(settings: Settings): Promise<DemoLogin[]> {
  const { config, faults } = readConfig(settings);
  if (config === null) throw new CommandError(faults.join('\n'));
  return seedRegion(config, ['worldwide'], Date.now());
}

async function stopProcess(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
  return child.exitCode;
}
