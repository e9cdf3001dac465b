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

/** A data directory that does not exist yet, and is gone when the test file is done. */
export function dataDirectory(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'parvis-cli-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, 'data');
}

/**
 * A process of `parvis`, with nothing of this process's own settings but the cache of compiled code. It is ended with the test file at the latest.
 * @param program another one that is started alike
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

// These are processes themselves, or start some and watch them. NODE_OPTIONS apply only at the start of a process.
const needsProcess = ([first, second]: readonly string[], { NODE_OPTIONS }: Environment): boolean =>
  first === 'serve' || first === 'demo' || (first === 'region' && second === 'prove') || NODE_OPTIONS !== undefined;

/**
 * Runs one command to its end, in this process: with an environment, input and output of its own.
 * @param program another program, which is started as a process, as are `serve`, `demo`, `region prove` and any command
 *   with NODE_OPTIONS
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

// One after the other: waiting for SQLite's lock blocks the process, so that two commands in it could wait for each other.
let previous: Promise<unknown> = Promise.resolve();

async function runHere(args: readonly string[], env: Environment, input: string): Promise<Outcome> {
  const before = { env: { ...process.env }, exitCode: process.exitCode };
  const stdin = new PassThrough();
  stdin.end(input);
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([text(stdout), text(stderr)]);
  const code = await runCommand(args, { env, stdin, stdout, stderr });
  stdout.end();
  stderr.end();
  const [output, errors] = await texts;
  assert.deepEqual(
    { env: { ...process.env }, exitCode: process.exitCode },
    before,
    'a command leaves this process alone',
  );
  return { code, stdout: output, stderr: errors };
}

/** Runs one command to its end in a process of its own. @param program another one than `parvis` */
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

/** What a command prints with `--json`: one object on one line, and nothing beside it. */
export async function json<T>(args: readonly string[], environment: Environment, input = ''): Promise<T> {
  const { code, stdout, stderr } = await run([...args, '--json'], environment, input);
  assert.deepEqual([code, stderr], [0, ''], stderr);
  assert.equal(stdout.trimEnd().split('\n').length, 1);
  return JSON.parse(stdout) as T;
}

/** A command that cannot be: exit 1, one line for a person, nothing for a pipe but, with `--json`, the same fault. */
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

/** Starts `parvis serve` and waits until it says where it is. */
export async function serve(environment: Environment): Promise<Served> {
  const port = await freePort();
  const child = start(['serve'], { PORT: String(port), ...environment });
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
  // The set-up link, where there is one, comes right behind the first line.
  await wait(100);
  early.catch(() => undefined);
  return { child, port, origin: `http://127.0.0.1:${port}`, output: () => output, errors: () => errors, ended };
}
