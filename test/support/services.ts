import { randomBytes } from 'node:crypto';
import { after, type TestContext } from 'node:test';
import { requiredServices } from './requirements.ts';
import { findCommand, startPostgres, startRedis, type Server } from './servers.ts';
import { databasePrefix, query, templateClause } from './templates.ts';

/** What a test may need besides Node itself. `PARVIS_REQUIRE` (a comma list) turns the lack of one into a failure. */
export type Service = 'postgres' | 'redis' | 'chromium' | 'registry';

const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

let embedded: Promise<Server | null> | undefined;

/**
 * A fresh PostgreSQL database, dropped when the test file is done; null where no server can be had. It has the schema of the
 * newest migration where the runner prepared one, unless it is to be `empty`.
 * The server is that of `TEST_POSTGRES_URL` (whose user may create databases), else the embedded one.
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
 * A Redis of the caller's own, empty, ended when the test file is done; null where there is no redis-server.
 * `pid` is null where the server was given by `TEST_REDIS_URL`: then it is shared and cannot be frozen.
 */
export async function redis(): Promise<{ url: string; pid: number | null } | null> {
  const given = process.env.TEST_REDIS_URL;
  if (given) return { url: given, pid: null };
  const server = await startRedis();
  if (!server) return null;
  closers.push(server.stop);
  return { url: server.url, pid: server.pid };
}

/** The path of a Chromium for playwright-core: `CHROMIUM_PATH`, else one of the machine's; null where there is none. */
export function chromium(): string | null {
  return process.env.CHROMIUM_PATH ?? findCommand('/usr/bin/chromium', 'chromium', 'chromium-browser', 'google-chrome');
}

/**
 * The service, or null after marking the test as skipped: `const db = required(t, 'postgres', await postgres()); if (!db) return;`
 * Throws instead when `PARVIS_REQUIRE` names the service.
 */
export function required<T>(t: TestContext, name: Service, value: T | null): T | null {
  const reason = skipWithout(name, value);
  if (reason) t.skip(reason);
  return value;
}

/**
 * The `skip` option of a whole test or suite: the reason when the service is missing, else false.
 * Throws instead when `PARVIS_REQUIRE` names the service.
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
