import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { readConfig, type Config } from '../../src/platform/config/config.ts';
import { readRules } from '../../src/platform/config/rules.ts';
import { packageRoot } from '../../src/platform/package-root.ts';
import { seedBigCompany } from './seed-generated-tenant.ts';
import { seedRegion, type DemoLogin } from './seed.ts';
import { CommandFault } from '../../src/platform/command-fault.ts';

const regions = ['worldwide', 'germany'] as const;
type DemoRegion = (typeof regions)[number];

const firstPort = Number(process.env.PORT ?? 3000);
const maxStartMs = 30_000;
const toldEvery = 100_000;
const program = path.join(packageRoot, 'bin/parvis.js');

/**
 * Starts both regions, each a process with a database and sessions of its own, filled anew with made-up people.
 * Everything stays on this machine: the passwords are printed, so the demo listens on the loopback address alone.
 */
export async function demo(options: { json?: boolean; users?: number }): Promise<void> {
  const configured = regions.map((region, index) => ({
    region,
    environment: environmentOf(region, firstPort + index),
  }));
  await Promise.all(configured.map(({ environment }) => portIsFree(Number(environment.PORT))));
  const logins: DemoLogin[] = [];
  for (const { environment } of configured) {
    const config = configOf(environment);
    rmSync(config.dataDirectory, { recursive: true, force: true });
    logins.push(...(await seedRegion(config, regions, Date.now())));
    if (options.users !== undefined && config.rules.region === 'worldwide') {
      logins.push(await seedBigCompany(config, options.users, Date.now(), tellWhoIsLeft()));
    }
  }
  const children = configured.map(({ environment }) => start(environment));
  stopTogether(children);
  await Promise.all(configured.map(({ environment }) => untilReady(environment.BASE_URL)));
  process.stdout.write(options.json ? `${JSON.stringify({ logins })}\n` : describe(logins));
}

// A million take a minute or two: who waits for them sees that something happens.
function tellWhoIsLeft(): (left: number) => void {
  let told = Infinity;
  return (left) => {
    if (told - left < toldEvery) return;
    told = left;
    process.stderr.write(`${left.toLocaleString('en')} users are still to be made up\n`);
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

// Before anything is made anew: whoever else answers there would be taken for the demo.
function portIsFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
      .once('error', () => reject(new CommandFault(`Port ${port} is in use; name another first port in PORT`)))
      .listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

// One setting switches a region's rules: it goes to the region that the file is for.
function rulesFor(region: DemoRegion): Record<string, string> {
  const file = process.env.REGION_RULES;
  if (!file) return {};
  const { rules, faults } = readRules(file);
  if (rules === null) throw new CommandFault(faults.map((fault) => `REGION_RULES: ${file}: ${fault}`).join('\n'));
  if (!(regions as readonly string[]).includes(rules.region)) {
    throw new CommandFault(`REGION_RULES: ${file} is for region "${rules.region}", which the demo does not run`);
  }
  return rules.region === region ? { REGION_RULES: path.resolve(file) } : {};
}

function configOf(environment: DemoEnvironment): Config {
  const { config, faults } = readConfig(environment);
  if (config === null) throw new CommandFault(faults.join('\n'));
  return config;
}

function start(environment: DemoEnvironment): ChildProcess {
  const { PATH, TZ, NODE_OPTIONS } = process.env;
  const inherited = Object.fromEntries(
    Object.entries({ PATH, TZ, NODE_OPTIONS }).filter(([, value]) => value !== undefined),
  );
  return spawn(process.execPath, [program, 'serve'], {
    env: { ...inherited, ...environment },
    // In a group of its own: Ctrl+C reaches this process alone, which then stops both. Should it vanish, the channel
    // between them closes, and they stop by themselves.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

// One region alone is no demo: when either ends, so does the other.
function stopTogether(children: readonly ChildProcess[]): void {
  let stopping = false;
  // Each is told once: a second signal would cut off what it is still answering.
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

async function untilReady(origin: string): Promise<void> {
  const end = Date.now() + maxStartMs;
  while (Date.now() < end) {
    const ready = await fetch(new URL('/readyz', origin)).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new CommandFault(`${origin} did not become ready`);
}

function describe(logins: readonly DemoLogin[]): string {
  const header = {
    region: 'Region',
    tenant: 'Tenant',
    name: 'Who',
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
  return `\nParvis is running in two regions. Choose an address and sign in:\n\n${rows.map(line).join('\n')}\n\nEverything is made up, and made anew at each start. Ctrl+C ends it.\n`;
}
