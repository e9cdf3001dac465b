import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../src/platform/package-root.ts';

/** The modules to import, each in a new process. */
const modules = {
  Express: pathToFileURL(createRequire(import.meta.url).resolve('express')).href,
  'the app, compiled': pathToFileURL(path.join(packageRoot, 'dist/src/app.js')).href,
  'the app, TypeScript': pathToFileURL(path.join(packageRoot, 'src/app.ts')).href,
};

const rounds = Number(process.argv[2] ?? 15);

interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

const program = `
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  await import(process.argv[1]);
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ cpuMs: (user + system) / 1_000, wallMs: performance.now() - wall }));`;

// The compile cache would make the later processes faster than the first.
const environment = { PATH: process.env.PATH, NODE_DISABLE_COMPILE_CACHE: '1' };

function costOf(address: string): Cost {
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program, address], {
    cwd: packageRoot,
    env: environment,
    encoding: 'utf8',
  });
  return JSON.parse(printed) as Cost;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

execFileSync('npm', ['run', '--silent', 'build:package'], { cwd: packageRoot, stdio: 'inherit' });

// The modules alternate, so that other load on the machine affects them evenly.
const costs = new Map<string, Cost[]>(Object.keys(modules).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, address] of Object.entries(modules)) costs.get(name)?.push(costOf(address));
}

const medians = [...costs].map(([name, all]) => ({
  name,
  cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
  wallMs: median(all.map(({ wallMs }) => wallMs)),
}));
const express = medians.find(({ name }) => name === 'Express') ?? { cpuMs: NaN, wallMs: NaN };
for (const { name, cpuMs, wallMs } of medians) {
  const ratios = `${(cpuMs / express.cpuMs).toFixed(2)} and ${(wallMs / express.wallMs).toFixed(2)} times Express`;
  console.log(`${name.padEnd(20)} ${cpuMs.toFixed(0)} ms of CPU, ${wallMs.toFixed(0)} ms, ${ratios}`);
}
