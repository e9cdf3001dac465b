#!/usr/bin/env node
// Parvis requires Node 24 or later. If the installed Node is older, this file starts the Node from the development
// dependencies. It is plain JavaScript because the older Node has to run it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const minMajor = 24;
const script = fileURLToPath(import.meta.url);
const bundled = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= minMajor) {
  module.enableCompileCache?.();
  // A checkout runs TypeScript directly. The package contains compiled files, because Node does not strip types in
  // node_modules.
  const isCheckout = existsSync(new URL('../src/cli/cli.ts', import.meta.url));
  if (!isCheckout) process.setSourceMapsEnabled(true);
  const { run } = await import(isCheckout ? '../src/cli/cli.ts' : '../dist/src/cli/cli.js');
  await run(process.argv.slice(2), process);
} else if (existsSync(bundled) && process.execPath !== bundled) {
  const worker = spawn(bundled, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
  worker.on('exit', (code) => (process.exitCode = code ?? 1));
  // Forward signals to the worker, except SIGINT: a terminal sends Ctrl+C to both processes.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => worker.kill(signal));
  process.on('SIGINT', () => process.stdin.isTTY || worker.kill('SIGINT'));
} else {
  console.error(`Parvis requires Node ${minMajor} or later; this is ${process.version}.`);
  process.exitCode = 1;
}
