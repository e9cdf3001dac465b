import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../../src/platform/command-error.ts';
import { packageRoot } from '../../src/platform/package-root.ts';

const program = path.join(packageRoot, 'bin/parvis.js');
const maxStartMs = 30_000;

/**
 * Rejects a port that is in use. Call this before any data is deleted, because another server on the port would be
 * mistaken for the demo.
 * @throws CommandError
 */
export function assertPortIsFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
      .once('error', () => reject(new CommandError(`Port ${port} is in use; set PORT to another first port`)))
      .listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

/** Starts `parvis serve` with only the given settings. It stops if this process ends. */
export function startServerProcess(environment: Readonly<Record<string, string>>): ChildProcess {
  const { PATH, TZ, NODE_OPTIONS } = process.env;
  const inherited = Object.fromEntries(
    Object.entries({ PATH, TZ, NODE_OPTIONS }).filter(([, value]) => value !== undefined),
  );
  return spawn(process.execPath, [program, 'serve'], {
    env: { ...inherited, ...environment },
    // In a separate process group, so that Ctrl+C reaches only this process, which then stops the others. If this
    // process dies, the IPC channel closes and the servers exit.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** @throws CommandError if the server is not ready in time */
export async function waitUntilReady(origin: string): Promise<void> {
  const end = Date.now() + maxStartMs;
  while (Date.now() < end) {
    const ready = await fetch(new URL('/readyz', origin)).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await delay(100);
  }
  throw new CommandError(`${origin} did not become ready`);
}
