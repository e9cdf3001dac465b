import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { run as runCommand } from '../../src/cli/cli.ts';
import { freePort } from '../../tools/prove/free-port.ts';

const parvis = path.join(import.meta.dirname, '../../bin/parvis.js');

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

/** @returns the path of a data directory that does not exist yet. It is deleted after the test file */
export function dataDirectory(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'parvis-cli-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, 'data');
}

/**
 * Starts `parvis` as a process with only the given settings and the compile cache of this process. It is killed after
 * the test file at the latest.
 * @param program an alternative to `parvis`
 */
export function start(args: readonly string[], environment: Environment, program = parvis): ChildProcess {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  const own = { PATH, HOME, NODE_COMPILE_CACHE };
  const child = spawn(process.execPath, [program, ...args], { env: { ...own, ...environment } });
  closers.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  return child;
}

// These commands start processes, and NODE_OPTIONS applies only when a process starts.
const needsProcess = ([first, second]: readonly string[], { NODE_OPTIONS }: Environment): boolean =>
  first === 'demo' || (first === 'region' && second === 'prove') || NODE_OPTIONS !== undefined;

/**
 * Runs a command to completion within this process, with its own environment, input and output. `demo`, `region prove`
 * and commands with NODE_OPTIONS are started as processes. A server that starts is stopped immediately.
 * @param program an alternative to `parvis`, also started as a process
 */
export async function run(
  args: readonly string[],
  environment: Environment,
  input = '',
  program?: string,
): Promise<Outcome> {
  if (program !== undefined || needsProcess(args, environment)) return runProcess(args, environment, input, program);
  const ended = previous.then(() => runHere(args, environment, input));
  previous = ended.catch(() => undefined);
  return ended;
}

// Commands run one at a time: waiting for the SQLite lock blocks the process, so two commands could deadlock.
let previous: Promise<unknown> = Promise.resolve();

async function runHere(args: readonly string[], env: Environment, input: string): Promise<Outcome> {
  const before = { env: { ...process.env }, exitCode: process.exitCode };
  const stdin = new PassThrough();
  stdin.end(input);
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([text(stdout), text(stderr)]);
  const code =
    args.join(' ') === 'serve' ? await startHere(env, stderr) : await runCommand(args, { env, stdin, stdout, stderr });
  stdout.end();
  stderr.end();
  const [output, errors] = await texts;
  assert.deepEqual(
    { env: { ...process.env }, exitCode: process.exitCode },
    before,
    'a command must not change this process',
  );
  return { code, stdout: output, stderr: errors };
}

/** Starts a server in this process, and stops it if it started. @returns the exit code that `serve` would have */
async function startHere(env: Environment, log: PassThrough): Promise<number> {
  const { startOrLogFaults } = await import('../../src/main.ts');
  const started = await startOrLogFaults(env, { log, tell: () => undefined });
  await started?.running.stop();
  return started === null ? 1 : 0;
}

/** Runs a command to completion as a process. @param program an alternative to `parvis` */
export async function runProcess(
  args: readonly string[],
  environment: Environment,
  input = '',
  program = parvis,
): Promise<Outcome> {
  const child = start(args, environment, program);
  child.stdin?.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

/** Runs a command with `--json`, which must succeed and print exactly one line. @returns the parsed object */
export async function json<T>(args: readonly string[], environment: Environment, input = ''): Promise<T> {
  const { code, stdout, stderr } = await run([...args, '--json'], environment, input);
  assert.deepEqual([code, stderr], [0, ''], stderr);
  assert.equal(stdout.trimEnd().split('\n').length, 1);
  return JSON.parse(stdout) as T;
}

/** Runs a command that must fail with exit code 1 and print one line on standard error. @returns that line */
export async function fault(args: readonly string[], environment: Environment, input = ''): Promise<string> {
  const { code, stdout, stderr } = await run(args, environment, input);
  assert.equal(code, 1, `${args.join(' ')}: ${stdout}`);
  assert.equal(stdout, '');
  assert.match(stderr, /^[^\n]+\n$/, args.join(' '));
  assert.doesNotMatch(stderr, /\n\s+at |node_modules|undefined|\[object|file:\/\//);
  return stderr.trimEnd();
}

export interface Served {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly port: number;
  readonly output: () => string;
  readonly errors: () => string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/** Starts `parvis serve` and waits until it prints its address. */
export async function serve(environment: Environment): Promise<Served> {
  const port = await freePort();
  const child = start(['serve'], { PORT: String(port), STOP_NOTICE_SECONDS: '1', ...environment });
  let [output, errors] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const ready = new Promise<void>((resolve) => {
    child.stdout?.on('data', () => output.includes('\n') && resolve());
  });
  const early = ended.then((code) => {
    throw new Error(`ended with ${code}: ${errors}`);
  });
  await Promise.race([ready, early]);
  // The set-up link, if there is one, is printed right after the first line.
  await wait(100);
  early.catch(() => undefined);
  return { child, port, origin: `http://127.0.0.1:${port}`, output: () => output, errors: () => errors, ended };
}
