import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CommandError } from '../../../src/platform/command-error.ts';
import { findCommand, unprivilegedOwner } from './commands.ts';
import { spawnManaged, type ManagedProcess } from './managed-process.ts';

const run = promisify(execFile);
const maxStartMs = 20_000;
const postgresVersions = '/usr/lib/postgresql';

/** The programs of the services, as installed by Debian's packages. */
export interface ServicePrograms {
  /** The directory with `initdb` and `postgres`. */
  readonly postgres: string;
  readonly redis: string;
  readonly nginx: string;
}

/** @throws CommandError that names the packages to install */
export function findServicePrograms(): ServicePrograms {
  const initdb = findCommand(...postgresDirectories().map((directory) => path.join(directory, 'initdb')));
  const redis = findCommand('redis-server');
  const nginx = findCommand('nginx', '/usr/sbin/nginx');
  if (initdb !== null && redis !== null && nginx !== null) return { postgres: path.dirname(initdb), redis, nginx };
  const found = { postgresql: initdb, 'redis-server': redis, nginx };
  const missing = Object.entries(found).flatMap(([name, command]) => (command === null ? [name] : []));
  throw new CommandError(`Missing packages. Install them with: apt-get install ${missing.join(' ')}`);
}

function postgresDirectories(): string[] {
  try {
    const versions = readdirSync(postgresVersions).sort((one, other) => Number(other) - Number(one));
    return versions.map((version) => path.join(postgresVersions, version, 'bin'));
  } catch {
    return [];
  }
}

/**
 * Starts a PostgreSQL server with an empty database `parvis`, in a temporary folder.
 * @returns the server and its URL
 */
export async function startPostgres(binaries: string, port: number): Promise<ManagedProcess & { url: string }> {
  const { folder, owner } = await createFolder('postgres');
  const data = path.join(folder, 'data');
  const flags = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
  await run(path.join(binaries, 'initdb'), ['--pgdata', data, ...flags], { cwd: folder, ...owner });
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=100'];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const server = await spawnManaged(path.join(binaries, 'postgres'), args, { folder, ...owner });
  await untilListening(server, port);
  const connection = ['--host=127.0.0.1', `--port=${port}`, '--username=postgres'];
  await untilDone(() => run(path.join(binaries, 'createdb'), [...connection, 'parvis']));
  return { ...server, url: `postgres://postgres@127.0.0.1:${port}/parvis` };
}

/** Starts a Redis server without persistence. @returns the server and its URL */
export async function startRedis(binary: string, port: number): Promise<ManagedProcess & { url: string }> {
  const { folder, owner } = await createFolder('redis');
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const server = await spawnManaged(binary, args, { folder, ...owner });
  await untilListening(server, port);
  return { ...server, url: `redis://127.0.0.1:${port}` };
}

/**
 * Starts nginx.
 * @param configuration the content of nginx.conf, with paths relative to its folder
 */
export async function startNginx(binary: string, port: number, configuration: string): Promise<ManagedProcess> {
  const { folder, owner } = await createFolder('nginx');
  writeFileSync(path.join(folder, 'nginx.conf'), configuration);
  const args = ['-p', folder, '-c', path.join(folder, 'nginx.conf'), '-e', 'stderr'];
  const server = await spawnManaged(binary, args, { folder, ...owner });
  await untilListening(server, port);
  return server;
}

async function createFolder(name: string) {
  const folder = await mkdtemp(path.join(tmpdir(), `parvis-cluster-${name}-`));
  return { folder, owner: await unprivilegedOwner(folder) };
}

async function untilListening(server: ManagedProcess, port: number): Promise<void> {
  try {
    await untilDone(() => connectOnce(port));
  } catch (error) {
    await server.stop();
    throw new Error(`The service did not start:\n${server.output()}`, { cause: error });
  }
}

function connectOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    }).once('error', reject);
  });
}

/** Retries work that fails while a service is starting. */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + maxStartMs;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await delay(100);
  }
}
