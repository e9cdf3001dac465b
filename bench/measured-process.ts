import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import autocannon from 'autocannon';

interface Report {
  readonly cpu: NodeJS.CpuUsage;
  /** The maximum resident memory since the previous report, in bytes. */
  readonly peakRss: number;
  /** The current resident memory in bytes. */
  readonly rss: number;
}

const rssEveryMs = 10;

/** Runs in the measured process. Sends its port to the parent process and, on request, its CPU time and memory use. */
export function reportUsage(server: Server): void {
  process.send?.({ port: (server.address() as AddressInfo).port });
  process.on('SIGTERM', () => process.exit(0));
  let peakRss = 0;
  setInterval(() => (peakRss = Math.max(peakRss, process.memoryUsage.rss())), rssEveryMs).unref();
  process.on('message', () => {
    process.send?.({ cpu: process.cpuUsage(), peakRss, rss: process.memoryUsage.rss() } satisfies Report);
    peakRss = process.memoryUsage.rss();
  });
}

export interface Measured {
  readonly origin: string;
  /** @returns the CPU time of all threads since the process started, in microseconds */
  cpu(): Promise<number>;
  /** @returns the current resident memory of the process, in bytes */
  rss(): Promise<number>;
  /** @returns the maximum resident memory since the previous call, in megabytes */
  peakMegabytes(): Promise<number>;
  stop(): void;
}

/**
 * Fixes the size of the young generation of the heap. Otherwise it grows to 128 MB at some point under load, and that
 * growth would dominate the measurement.
 */
export const steadyMemory = ['--max-semi-space-size=16'];

/** Starts one of this folder's `child-*.ts` files as a process. @param flags command-line options for Node */
export async function startMeasured(
  child: string,
  environment: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<Measured> {
  const process_: ChildProcess = fork(path.join(import.meta.dirname, child), {
    execArgv: [...flags],
    env: { ...process.env, NODE_ENV: 'production', ...environment },
  });
  const [{ port }] = (await once(process_, 'message')) as [{ port: number }];
  const ask = async (): Promise<Report> => {
    process_.send('report');
    const [report] = (await once(process_, 'message')) as [Report];
    return report;
  };
  return {
    origin: `http://127.0.0.1:${port}`,
    cpu: async () => {
      const { cpu } = await ask();
      return cpu.user + cpu.system;
    },
    rss: async () => (await ask()).rss,
    peakMegabytes: async () => (await ask()).peakRss / 1_000_000,
    stop: () => process_.kill('SIGTERM'),
  };
}

export interface Figures {
  readonly cpuMicroseconds: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Sends requests over 16 connections. @returns the CPU time per request, the throughput and the response times */
export async function load(
  target: Measured,
  address: string,
  headers: Record<string, string>,
  seconds: number,
): Promise<Figures> {
  const before = await target.cpu();
  const result = await autocannon({ url: target.origin + address, headers, connections: 16, duration: seconds });
  const after = await target.cpu();
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${address}: ${result.non2xx} responses had an error status, ${result.errors} requests failed`);
  }
  return {
    cpuMicroseconds: (after - before) / result.requests.total,
    requestsPerSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  };
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
