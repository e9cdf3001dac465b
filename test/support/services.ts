import { randomBytes } from 'node:crypto';
import { after, type TestContext } from 'node:test';
import { requiredServices } from './requirements.ts';
import { findCommand, startPostgres, startRedis, type Server } from './servers.ts';
import { databasePrefix, query, templateClause } from './templates.ts';

/** The services that tests may need. `PARVIS_REQUIRE` (a comma-separated list) turns a missing one into a failure. */
export type Service = 'postgres' | 'redis' | 'chromium' | 'registry';

const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

let embedded: Promise<Server | null> | undefined;

/**
 * A new PostgreSQL database, dropped at the end of the test file. Returns null without a server. The database has the
 * current schema if the runner prepared a template, unless `empty` is set. The server is that of `TEST_POSTGRES_URL`,
 * whose user must be able to create databases, or the embedded one.
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
 * A new empty Redis server, ended with the test file. Returns null if redis-server is not installed. `pid` is null for
 * a shared server from `TEST_REDIS_URL`, which must not be frozen.
 */
export async function redis(): Promise<{ url: string; pid: number | null } | null> {
  const given = process.env.TEST_REDIS_URL;
  if (given) return { url: given, pid: null };
  const server = await startRedis();
  if (!server) return null;
  closers.push(server.stop);
  return { url: server.url, pid: server.pid };
}

/** The path of a Chromium for playwright-core: `CHROMIUM_PATH`, or an installed one. Returns null if there is none. */
export function chromium(): string | null {
  return process.env.CHROMIUM_PATH ?? findCommand('/usr/bin/chromium', 'chromium', 'chromium-browser', 'google-chrome');
}

/**
 * Returns the service, or null after marking the test as skipped: `const db = required(t, 'postgres', await
 * postgres()); if (!db) return;`
 * Throws if `PARVIS_REQUIRE` lists the service.
 */
export function required<T>(t: TestContext, name: Service, value: T | null): T | null {
  const reason = skipWithout(name, value);
  if (reason) t.skip(reason);
  return value;
}

/**
 * The `skip` option of a test or suite: the reason if the service is missing, otherwise false.
 * Throws if `PARVIS_REQUIRE` lists the service.
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
