import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const checkout = path.join(import.meta.dirname, '../..');

export interface PackedPackage {
  readonly tarball: string;
  /** Compressed size in bytes. */
  readonly size: number;
  readonly files: readonly string[];
}

export interface RunningCommand {
  readonly output: () => string;
  stop(): Promise<void>;
}

export type Environment = Readonly<Record<string, string>>;

/**
 * @returns the environment of a new shell with this version of Node, without the settings that npm passes to scripts
 */
function cleanEnvironment(): Record<string, string> {
  const fromNpm =
    /^(npm_(package|lifecycle|command|execpath|node_execpath|config_((local|global)?_?prefix|loglevel))|INIT_CWD|NODE_(OPTIONS|TEST_CONTEXT|CHANNEL_FD))/i;
  const parvis = /^(DATABASE_URL|REDIS_URL|DATA_DIR|PORT|REGION|BASE_URL|PROVE_)/;
  const kept = Object.entries(process.env).filter(([name]) => !fromNpm.test(name) && !parvis.test(name));
  return { ...(Object.fromEntries(kept) as Record<string, string>), PATH: pathWithThisNode() };
}

function pathWithThisNode(): string {
  return [path.dirname(process.execPath), process.env.PATH].join(path.delimiter);
}

const runFile = promisify(execFile);

async function npm(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await runFile('npm', args, { cwd: folder, env: cleanEnvironment(), maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** @returns 'npm registry' if it responds within ten seconds, otherwise null */
export async function registry(): Promise<string | null> {
  const once = ['--fetch-retries=0', '--fetch-timeout=10000'];
  return npm(checkout, 'view', 'express', 'name', ...once).then(
    () => 'npm registry',
    () => null,
  );
}

/** Packs the checkout as `npm pack` does. */
export async function pack(folder: string): Promise<PackedPackage> {
  const printed = await npm(checkout, 'pack', '--json', '--pack-destination', folder);
  // The output of the build scripts comes first.
  const [packed] = JSON.parse(printed.slice(printed.search(/^\[$/m))) as [
    { filename: string; size: number; files: { path: string }[] },
  ];
  return {
    tarball: path.join(folder, packed.filename),
    size: packed.size,
    files: packed.files.map((file) => file.path),
  };
}

/** An installation of the package in a temporary folder. */
export class Installation {
  readonly scratch = mkdtempSync(path.join(tmpdir(), 'parvis-package-'));
  readonly folder = path.join(this.scratch, 'portal');
  readonly #running: RunningCommand[] = [];

  constructor() {
    mkdirSync(this.folder);
  }

  npm(...args: string[]): Promise<string> {
    return npm(this.folder, ...args);
  }

  /** Runs `npx --no-install parvis` to completion. */
  npx(args: readonly string[], environment: Environment = {}): Promise<string> {
    return this.#run('npx', ['--no-install', 'parvis', ...args], environment);
  }

  /** Runs the installed `parvis` to completion without npx, which takes as long as a command. */
  parvis(args: readonly string[], environment: Environment = {}): Promise<string> {
    return this.#run(this.#program, args, environment);
  }

  get #program(): string {
    return path.join(this.folder, 'node_modules/.bin/parvis');
  }

  async #run(program: string, args: readonly string[], environment: Environment): Promise<string> {
    const env = { ...cleanEnvironment(), ...environment };
    return (await runFile(program, args, { cwd: this.folder, env })).stdout;
  }

  /** Starts the installed `parvis` and waits until its output matches. */
  async start(args: readonly string[], environment: Environment, ready: RegExp): Promise<RunningCommand> {
    // In a separate process group, so that stopping it also stops its child processes.
    const child = spawn(this.#program, args, {
      cwd: this.folder,
      env: { ...cleanEnvironment(), ...environment },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    let output = '';
    const isReady = Promise.withResolvers<undefined>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        if (ready.test(output)) isReady.resolve(undefined);
      });
    }
    const running = {
      output: () => output,
      stop: async () => {
        if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid);
        await ended;
      },
    };
    this.#running.push(running);
    await Promise.race([isReady.promise, ended.then(() => assert.fail(`parvis ${args.join(' ')} ended:\n${output}`))]);
    return running;
  }

  async remove(): Promise<void> {
    for (const each of this.#running) await each.stop();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
