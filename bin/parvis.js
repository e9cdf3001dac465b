#!/usr/bin/env node
// Parvis runs on Node 24 and later. Where the machine's own Node is older, the one among the development
// dependencies takes over, so that the same commands work there too. Plain JavaScript: an old Node must read it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const oldestMajor = 24;
const own = fileURLToPath(import.meta.url);
const bundled = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= oldestMajor) {
  module.enableCompileCache?.();
  // The checkout runs its TypeScript. The package has only what was compiled from it: Node strips no types in node_modules.
  const isCheckout = existsSync(new URL('../src/cli/cli.ts', import.meta.url));
  if (!isCheckout) process.setSourceMapsEnabled(true);
  const { run } = await import(isCheckout ? '../src/cli/cli.ts' : '../dist/src/cli/cli.js');
  await run(process.argv.slice(2), process);
} else if (existsSync(bundled) && process.execPath !== bundled) {
  const worker = spawn(bundled, [own, ...process.argv.slice(2)], { stdio: 'inherit' });
  worker.on('exit', (code) => (process.exitCode = code ?? 1));
  // Whoever ends this process means the one that works. A terminal's Ctrl+C reaches both by itself: once is enough.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => worker.kill(signal));
  process.on('SIGINT', () => process.stdin.isTTY || worker.kill('SIGINT'));
} else {
  console.error(`Parvis needs Node ${oldestMajor} or later; this is ${process.version}.`);
  process.exitCode = 1;
}
