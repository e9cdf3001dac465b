import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RegionRules } from '../../src/domain/regions.ts';
import { codeExtension, codeRoot, packageRoot } from '../../src/platform/package-root.ts';
import type { Canaries } from './canaries.ts';
import type { Watching } from './process-watcher.ts';
import { CommandError } from '../../src/platform/command-error.ts';

/** The configuration of a region. */
export interface RegionPlan {
  readonly id: string;
  readonly rules: RegionRules;
  readonly folder: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly canaries: Canaries;
}

/** A running region, with its server and the operator's commands. */
export interface RunningRegion extends RegionPlan {
  readonly origin: string;
  /** The server's standard output and log so far. */
  readonly output: () => string;
  /** Runs an operator's command to completion. @returns its standard output */
  command(args: readonly string[], input?: string): Promise<string>;
  /** Runs a command with settings that override those of the region. @returns its exit code and output */
  attempt(args: readonly string[], settings: Readonly<Record<string, string>>): Promise<Attempt>;
  /** The output of each command that has been run so far. */
  readonly commands: () => readonly { name: string; text: string }[];
  /** Stops the server as an operator would. @returns whether it exited with code 0 */
  stop(): Promise<boolean>;
}

interface Attempt {
  /** The exit code; null if the process was ended by a signal. */
  readonly code: number | null;
  /** The standard output. */
  readonly printed: string;
  /** The standard output and the standard error. */
  readonly text: string;
}

const program = path.join(packageRoot, 'bin/parvis.js');
const preload = pathToFileURL(path.join(codeRoot, `tools/prove/watch.preload${codeExtension}`));
const maxStartMs = 60_000;
const maxStopMs = 20_000;

export interface Observation {
  readonly watching: Watching;
  /** The folder in which the processes record their own actions. */
  readonly records: string;
  /** The folders in which opened files are reported. */
  readonly folders: readonly string[];
}

/** Starts a process that is watched. */
export function startWatched(
  { watching, records, folders }: Observation,
  {
    region,
    label,
    args,
    environment,
  }: { region: string; label: string; args: string[]; environment: Record<string, string> },
): ChildProcess {
  const record = path.join(records, `${watching.processes.length}-${region}.jsonl`);
  const address = new URL(preload);
  address.searchParams.set('into', record);
  for (const folder of folders) address.searchParams.append('below', folder);
  const { PATH = '', TZ = 'UTC' } = process.env;
  const child = spawn(process.execPath, ['--import', address.href, ...args], {
    env: { PATH, TZ, ...environment },
    // The server exits when its IPC channel closes, so it does not outlive the proof.
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  if (child.pid !== undefined) watching.add(region, label, child.pid, record);
  return child;
}

/** Starts a region's server and waits until it is ready. */
export async function startRegion(plan: RegionPlan, observation: Observation): Promise<RunningRegion> {
  const { id: region } = plan;
  const run = (label: string, args: readonly string[], settings = {}): ChildProcess =>
    startWatched(observation, {
      region,
      label,
      args: [program, ...args],
      environment: { ...plan.environment, ...settings },
    });
  const server = run('server', ['serve']);
  const output = collectOutput(server);
  const origin = `http://127.0.0.1:${plan.port}`;
  const commands: { name: string; text: string }[] = [];
  const attempt = async (args: readonly string[], settings: object, input = ''): Promise<Attempt> => {
    const ended = await outcomeOf(run(commandName(args), args, settings), input);
    commands.push({ name: commandName(args), text: ended.text });
    return ended;
  };
  const running: RunningRegion = {
    ...plan,
    origin,
    output,
    commands: () => commands,
    command: async (args, input = '') => {
      const { code, printed } = await attempt(args, {}, input);
      if (code !== 0)
        throw new CommandError(`"parvis ${commandName(args)}" exited with ${code ?? 'a signal'} in ${region}`);
      return printed;
    },
    attempt,
    stop: () => stopServer(server),
  };
  try {
    await waitUntilReady(running, server);
  } catch (error) {
    server.kill('SIGKILL');
    throw error;
  }
  return running;
}

/** @returns a function that returns everything that the process has printed so far */
function collectOutput({ stdout, stderr }: ChildProcess): () => string {
  let output = '';
  for (const stream of [stdout, stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  return () => output;
}

const commandName = (args: readonly string[]): string => args.slice(0, 2).join(' ');

async function outcomeOf(child: ChildProcess, input: string): Promise<Attempt> {
  let text = '';
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => ((text += chunk), (printed += chunk)));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, printed, text };
}

async function waitUntilReady({ id, origin, output }: RunningRegion, server: ChildProcess): Promise<void> {
  const end = Date.now() + maxStartMs;
  while (Date.now() < end && server.exitCode === null) {
    const ready = await fetch(new URL('/readyz', origin)).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new CommandError(`The region ${id} did not start: ${messageOf(output().trim().split('\n').at(-1) ?? '')}`);
}

/** @returns the message of a log line; any other line unchanged */
function messageOf(line: string): string {
  return line.startsWith('{') ? (JSON.parse(line) as { msg: string }).msg : line;
}

async function stopServer(server: ChildProcess): Promise<boolean> {
  if (server.exitCode !== null || server.signalCode !== null) return server.exitCode === 0;
  const ended = once(server, 'exit');
  const cut = setTimeout(() => server.kill('SIGKILL'), maxStopMs);
  server.kill('SIGTERM');
  await ended;
  clearTimeout(cut);
  return server.exitCode === 0;
}
