/**
 * Runs test files in this process, one after the other, and sends each outcome to the parent process. The first
 * argument is the job as JSON. Loading the app once for several files takes half as long as loading it for each file.
 */
import asyncHooks from 'node:async_hooks';
import { onOutcome } from './report.ts';
import type { Job } from './test-process.ts';

const job = JSON.parse(process.argv[2]!) as Job;
const { files, names } = job;

// The test runner follows every promise to attribute uncaught errors to tests, which takes a tenth of the CPU time.
// Replace its hook while it loads, and report these errors here instead. Without the hook, the tests of Redis outages
// run in another order of events and fail.
const { createHook } = asyncHooks;
if (!files.some((file) => file.endsWith('redis-outages.test.ts'))) asyncHooks.createHook = () => createHook({});
const { run } = await import('node:test');
asyncHooks.createHook = createHook;

// The channel closes when the runner ends, even if SIGKILL ended it. In that case, kill the whole process group.
process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
process.channel?.unref();

const patterns = names.map((name) => new RegExp(RegExp.escape(name), 'i'));
// An empty list of patterns would select no tests at all.
const events = run({ files, isolation: 'none', testNamePatterns: patterns.length > 0 ? patterns : undefined });
onOutcome(events, job, (outcome) => process.send?.(outcome));
// An error outside of the running test may leave that test waiting forever.
let running = '';
events.on('test:dequeue', ({ name }) => (running = name));
const endProcess = (error: unknown): void => {
  console.error(`Uncaught error during the test "${running}":`, error);
  process.exit(1);
};
process.prependListener('uncaughtException', endProcess);
process.prependListener('unhandledRejection', endProcess);
events.resume();
