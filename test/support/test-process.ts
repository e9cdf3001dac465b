import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { resultOf, type Outcome, type Result } from './report.ts';

/** The job of one test process. */
export interface Job {
  /** The absolute paths of the test files. */
  readonly files: readonly string[];
  /** Parts of the names of the tests to run; empty to run all tests. */
  readonly names: readonly string[];
}

interface Limits {
  /** The folder for temporary files of the process and its children. It is removed when the process has ended. */
  readonly folder: string;
  readonly maxMs: number;
  readonly signal: AbortSignal;
}

const child = path.join(import.meta.dirname, 'test-child.ts');
// A large young generation, in MB. The test runner tracks every promise, so with the default size, garbage collection
// takes a fifth of the time.
const v8Flags = ['--max-semi-space-size=64', '--min-semi-space-size=32'];
const graceMs = 3_000;

/**
 * Runs test files in a process that leads its own process group. All processes of the group are killed when that
 * process has ended, or when it is ended after `maxMs` or on abort.
 * @returns one result per file; a file has failed if it did not finish or left a process running
 */
export async function runTests(job: Job, { folder, maxMs, signal }: Limits): Promise<Result[]> {
  await mkdir(folder);
  const leader = spawn(process.execPath, [...v8Flags, child, JSON.stringify(job)], {
    detached: true,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [leader.stdout, leader.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => (output = (output + chunk).slice(-8_000)));
  const outcomes: Outcome[] = [];
  leader.on('message', (outcome) => outcomes.push(outcome as Outcome));

  const over = AbortSignal.any([signal, AbortSignal.timeout(maxMs)]);
  const ended = Promise.all([once(leader, 'exit'), once(leader, 'disconnect')]);
  over.addEventListener('abort', () => signalGroup(leader, 'SIGTERM'));
  await Promise.race([ended, once(over, 'abort')]);
  const survived = !(await isGroupOver(leader));
  signalGroup(leader, 'SIGKILL');
  await ended;
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });

  if (over.aborted) outcomes.push(fault(job, outcomes, 'was ended before its tests were done'));
  else if (survived) outcomes.push(fault(job, outcomes, 'left a process running'));
  const ending = endOf(leader);
  if (ending && !over.aborted) outcomes.push(fault(job, outcomes, `${ending}\n${tail(output)}`.trimEnd()));
  return resultsOf(job, outcomes);
}

/** Explains why the process did not end normally. Exit code 1 is normal after a failed test. */
function endOf({ exitCode, signalCode }: ChildProcess): string | null {
  if (signalCode !== null) return `ended with ${signalCode}`;
  return exitCode === 0 ? null : `ended with exit code ${exitCode}`;
}

/** Attributes the failure of a process to the first of its files that has no outcome yet. */
function fault({ files }: Job, outcomes: readonly Outcome[], text: string): Outcome {
  const missing = files.find((file) => !outcomes.some((outcome) => outcome.file === file));
  return { file: missing ?? files.at(-1)!, test: '', kind: 'failed', text, ms: 0 };
}

function resultsOf({ files }: Job, outcomes: readonly Outcome[]): Result[] {
  // Tests that a helper declares outside a suite are reported under the file of the helper.
  const every = new Set([...files, ...outcomes.map(({ file }) => file)]);
  return [...every].map((file) =>
    resultOf(
      file,
      outcomes.filter((outcome) => outcome.file === file),
    ),
  );
}

/** Waits up to `graceMs` for the processes of the group to end. @returns whether they have ended */
async function isGroupOver(leader: ChildProcess): Promise<boolean> {
  for (let waitedMs = 0; waitedMs <= graceMs; waitedMs += 50) {
    if (!signalGroup(leader, 0)) return true;
    await wait(50);
  }
  return false;
}

/** Sends a signal to all processes of a group. @returns whether there was a process to receive it */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid!, signal);
    return true;
  } catch {
    return false;
  }
}

function tail(output: string): string {
  return output.trimEnd().split('\n').slice(-30).join('\n');
}
