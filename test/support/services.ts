import { randomBytes } from 'node:crypto';
import { after, type TestContext } from 'node:test';
import { requiredServices } from './requirements.ts';
import { findCommand } from '../../tools/demo/cluster/commands.ts';
import { findServicePrograms, type ServicePrograms } from '../../tools/demo/cluster/services.ts';
import { startPostgres, startRedis, type Server } from './servers.ts';
import { databasePrefix, query, templateClause } from './templates.ts';

/**
 * The services that tests may need. If `PARVIS_REQUIRE`, a comma-separated list, contains a service, its absence is a
 * failure.
 */
export type Service = 'postgres' | 'redis' | 'chromium' | 'registry' | 'cluster' | 'python3' | '/dev/full';

const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

/** Returns the programs of `npm run cluster`. Returns null if a required Debian package is not installed. */
export function clusterPrograms(): ServicePrograms | null {
  try {
    return findServicePrograms();
  } catch {
    return null;
  }
}

let embedded: Promise<Server | null> | undefined;

/**
 * Creates a PostgreSQL database, which is dropped at the end of the test file. It has the current schema if the runner
 * has prepared a template, unless `empty` is set. The server is that of `TEST_POSTGRES_URL`, whose user must be able to
 * create databases, or the embedded one.
 * @returns null if there is no server
 */
export async function postgres({ empty = false } = {}): Promise<{ url: string } | null> {
  const server = process.env.TEST_POSTGRES_URL ?? (await embeddedServer());
  if (!server) return null;
  const name = `${databasePrefix()}_${randomBytes(6).toString('hex')}`;
  await query(server, `create database ${name} ${templateClause({ empty })}`);
  closers.push(async () => {
    await query(server, `drop database if exists ${name} with (force)`);
  });
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href };
}

/**
 * Starts an empty Redis server, which is stopped at the end of the test file. `pid` is null for a shared server from
 * `TEST_REDIS_URL`, which must not be frozen.
 * @returns null if redis-server is not installed
 */
export async function redis(): Promise<{ url: string; pid: number | null } | null> {
  const given = process.env.TEST_REDIS_URL;
  if (given) return { url: given, pid: null };
  const server = await startRedis();
  if (!server) return null;
  closers.push(server.stop);
  return { url: server.url, pid: server.pid };
}

/** @returns the path of a Chromium for playwright-core, from `CHROMIUM_PATH` or as installed; null if there is none */
export function chromium(): string | null {
  return process.env.CHROMIUM_PATH ?? findCommand('/usr/bin/chromium', 'chromium', 'chromium-browser', 'google-chrome');
}

/**
 * @returns the path of Chromium's headless shell, which is Chromium without its own windows and opens pages in two
 * thirds of the time; that of Chromium if the shell is not installed; null if neither is
 */
export function headlessShell(): string | null {
  return process.env.CHROMIUM_PATH ?? findCommand('chromium-headless-shell') ?? chromium();
}

/**
 * Marks the test as skipped if the service is missing, for use as `const db = required(t, 'postgres', await
 * postgres()); if (!db) return;`.
 * @returns the service, or null if it is missing
 * @throws if the service is missing and `PARVIS_REQUIRE` lists it
 */
export function required<T>(t: TestContext, name: Service, value: T | null): T | null {
  const reason = skipWithout(name, value);
  if (reason) t.skip(reason);
  return value;
}

/**
 * @returns the `skip` option of a test or suite: the reason if the service is missing, false otherwise
 * @throws if the service is missing and `PARVIS_REQUIRE` lists it
 */
export function skipWithout(name: Service, value: unknown, mustHave = requiredServices()): string | false {
  if (value !== null) return false;
  if (mustHave.includes(name)) throw new Error(`${name} is required (PARVIS_REQUIRE) and was not found`);
  return `needs ${name}`;
}

async function embeddedServer(): Promise<string | null> {
  embedded ??= startPostgres().then((server) => {
    if (server) closers.push(server.stop);
    return server;
  });
  return (await embedded)?.url ?? null;
}
