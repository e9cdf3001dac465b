import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { readConfig, type Config } from '../../src/platform/config/config.ts';
import { readRules } from '../../src/platform/config/rules.ts';
import { seedLargeTenant } from './seed-generated-tenant.ts';
import { loginTable } from './login-table.ts';
import { seedRegion, type DemoLogin } from './seed.ts';
import { assertPortIsFree, startServerProcess, waitUntilReady } from './server-process.ts';
import { CommandError } from '../../src/platform/command-error.ts';

const regions = ['worldwide', 'germany'] as const;
type DemoRegion = (typeof regions)[number];

const firstPort = Number(process.env.PORT ?? 3000);
const reportEvery = 100_000;

/**
 * Starts two regions, each as a process with its own database, which is filled with generated users. The demo prints
 * passwords, so it listens only on the loopback address. The data of an earlier demo is deleted first.
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
  const children = configured.map(({ environment }) => startServerProcess(environment));
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
    STOP_NOTICE_SECONDS: '0',
    ...rulesFor(region),
  };
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

function describe(logins: readonly DemoLogin[]): string {
  return `\nParvis is running in two regions. Choose an address and sign in:\n\n${loginTable(logins)}\n\nAll data is fictitious and generated again at each start. Press Ctrl+C to stop.\n`;
}
