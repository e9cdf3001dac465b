import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { readConfig, type Config } from '../../src/platform/config/config.ts';
import { readRules } from '../../src/platform/config/rules.ts';
import { packageRoot } from '../../src/platform/package-root.ts';
import { seedLargeTenant } from './seed-generated-tenant.ts';
import { seedRegion, type DemoLogin } from './seed.ts';
import { CommandError } from '../../src/platform/command-error.ts';

const regions = ['worldwide', 'germany'] as const;
type DemoRegion = (typeof regions)[number];

const firstPort = Number(process.env.PORT ?? 3000);
const maxStartMs = 30_000;
const reportEvery = 100_000;
const program = path.join(packageRoot, 'bin/parvis.js');

/**
 * Starts two regions, each as a process with its own database, which is filled with generated users. The demo prints
 * passwords, so it listens only on the loopback address.
 */
export async function demo(options: { json?: boolean; users?: number }): Promise<void> {
  const configured = regions.map((region, index) => ({
    region,
    environment: environmentOf(region, firstPort + index),
  }));
  await Promise.all(configured.map(({ environment }) => assertPortIsFree(Number(environment.PORT))));
  const logins: DemoLogin[] = [];
  for (const { environment } of configured) {
    const config = configOf(environment);
    rmSync(config.dataDirectory, { recursive: true, force: true });
    logins.push(...(await seedRegion(config, regions, Date.now())));
    if (options.users !== undefined && config.rules.region === 'worldwide') {
      logins.push(await seedLargeTenant(config, options.users, Date.now(), createProgressReporter()));
    }
  }
  const children = configured.map(({ environment }) => start(environment));
  stopTogether(children);
  await Promise.all(configured.map(({ environment }) => waitUntilReady(environment.BASE_URL)));
  process.stdout.write(options.json ? `${JSON.stringify({ logins })}\n` : describe(logins));
}

// Progress is reported because a million users take a minute or two.
function createProgressReporter(): (left: number) => void {
  let reportedAt = Infinity;
  return (left) => {
    if (reportedAt - left < reportEvery) return;
    reportedAt = left;
    process.stderr.write(`${left.toLocaleString('en')} users remain to be generated\n`);
  };
}

type DemoEnvironment = Record<string, string> & { readonly BASE_URL: string };

function environmentOf(region: DemoRegion, port: number): DemoEnvironment {
  return {
    REGION: region,
    HOST: '127.0.0.1',
    PORT: String(port),
    BASE_URL: `http://localhost:${port}`,
    REGION_URLS: regions.map((each, index) => `${each}=http://localhost:${firstPort + index}`).join(','),
    DATA_DIR: path.resolve(process.env.DATA_DIR ?? 'data', 'demo', region),
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
    ...rulesFor(region),
  };
}

// The ports are checked before any data is deleted. Another server on the port would be mistaken for the demo.
function assertPortIsFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
      .once('error', () => reject(new CommandError(`Port ${port} is in use; set PORT to another first port`)))
      .listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

// REGION_RULES applies only to the region that the file describes.
function rulesFor(region: DemoRegion): Record<string, string> {
  const file = process.env.REGION_RULES;
  if (!file) return {};
  const { rules, faults } = readRules(file);
  if (rules === null) throw new CommandError(faults.map((fault) => `REGION_RULES: ${file}: ${fault}`).join('\n'));
  if (!(regions as readonly string[]).includes(rules.region)) {
    throw new CommandError(`REGION_RULES: ${file} is for region "${rules.region}", which the demo does not run`);
  }
  return rules.region === region ? { REGION_RULES: path.resolve(file) } : {};
}

function configOf(environment: DemoEnvironment): Config {
  const { config, faults } = readConfig(environment);
  if (config === null) throw new CommandError(faults.join('\n'));
  return config;
}

function start(environment: DemoEnvironment): ChildProcess {
  const { PATH, TZ, NODE_OPTIONS } = process.env;
  const inherited = Object.fromEntries(
    Object.entries({ PATH, TZ, NODE_OPTIONS }).filter(([, value]) => value !== undefined),
  );
  return spawn(process.execPath, [program, 'serve'], {
    env: { ...inherited, ...environment },
    // The servers are in a separate process group, so that Ctrl+C reaches only this process, which then stops both. If
    // this process dies, the IPC channel closes and the servers exit.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

// The demo needs both regions. If one exits, the other is stopped.
function stopTogether(children: readonly ChildProcess[]): void {
  let stopping = false;
  // Each process gets only one signal, because a second one would abort the requests in progress.
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    children.forEach((child) => child.kill('SIGTERM'));
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  for (const child of children) {
    child.on('exit', (code) => {
      if (code !== 0) process.exitCode = 1;
      stop();
      if (children.every((each) => each.exitCode !== null || each.signalCode !== null)) process.exit();
    });
  }
}

async function waitUntilReady(origin: string): Promise<void> {
  const end = Date.now() + maxStartMs;
  while (Date.now() < end) {
    const ready = await fetch(new URL('/readyz', origin)).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new CommandError(`${origin} did not become ready`);
}

function describe(logins: readonly DemoLogin[]): string {
  const header = {
    region: 'Region',
    tenant: 'Tenant',
    name: 'Name',
    level: 'Level',
    username: 'User name',
    password: 'Password',
    address: 'Address',
  };
  const columns = Object.keys(header) as (keyof DemoLogin)[];
  const rows = [header, ...logins];
  const widths = columns.map((column) => Math.max(...rows.map((row) => [...row[column]].length)));
  const line = (row: DemoLogin): string =>
    columns
      .map((column, index) => row[column] + ' '.repeat((widths[index] ?? 0) - [...row[column]].length))
      .join('  ')
      .trimEnd();
  return `\nParvis is running in two regions. Choose an address and sign in:\n\n${rows.map(line).join('\n')}\n\nAll data is fictitious and generated again at each start. Press Ctrl+C to stop.\n`;
}
